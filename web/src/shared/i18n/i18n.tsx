// Texts in the person's language. Every text stands in messages/en.ts and messages/it.ts under the same key; the compiler and a test
// hold them together. "{count|one sentence|many sentences}" chooses by number.
import {createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode} from 'react';
import {en, type MessageKey, type Messages} from './messages/en';
import {fill, type Values} from './fill';

export type Language = 'en' | 'it';
export type Translate = (key: MessageKey, values?: Values) => string;

interface Texts {
  language: Language;
  setLanguage: (language: Language) => void;
  t: Translate;
  say: (text: string) => string; // what the service says in whole sentences; as it was said where there is no translation
}

interface Loaded {
  language: Language;
  messages: Messages;
  say: (text: string) => string;
}

const storageKey = 'spm-language';
const Context = createContext<Texts | null>(null);

function initialLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  if (stored === 'en' || stored === 'it') return stored;
  return navigator.language.toLowerCase().startsWith('it') ? 'it' : 'en';
}

// English is always there; the other language is fetched when it is wanted.
const english: Loaded = {language: 'en', messages: en, say: (text) => text};
async function load(language: Language): Promise<Loaded> {
  if (language === 'en') return english;
  const [{it}, {inItalian}] = await Promise.all([import('./messages/it'), import('./messages/said')]);
  return {language, messages: it, say: inItalian};
}

export function I18nProvider({children}: {children: ReactNode}) {
  const [wanted, setWanted] = useState<Language>(initialLanguage);
  const [loaded, setLoaded] = useState<Loaded | null>(wanted === 'en' ? english : null);

  useEffect(() => {
    let current = true;
    void load(wanted).then((texts) => {
      if (!current) return;
      document.documentElement.lang = wanted;
      setLoaded(texts);
    });
    return () => {
      current = false;
    };
  }, [wanted]);

  const setLanguage = useCallback((language: Language) => {
    localStorage.setItem(storageKey, language);
    setWanted(language);
  }, []);

  const texts = useMemo<Texts | null>(() => {
    if (!loaded) return null;
    const t: Translate = (key, values) => fill(loaded.messages[key], values, loaded.language);
    return {language: loaded.language, setLanguage, t, say: loaded.say};
  }, [loaded, setLanguage]);

  return texts && <Context.Provider value={texts}>{children}</Context.Provider>;
}

export function useI18n(): Texts {
  const texts = useContext(Context);
  if (!texts) throw new Error('useI18n outside I18nProvider');
  return texts;
}

export function useT(): Translate {
  return useI18n().t;
}

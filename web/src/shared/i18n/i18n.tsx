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
}

const storageKey = 'spm-language';
const Context = createContext<Texts | null>(null);

function initialLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  if (stored === 'en' || stored === 'it') return stored;
  return navigator.language.toLowerCase().startsWith('it') ? 'it' : 'en';
}

// English is always there; the other language is fetched when it is wanted.
async function load(language: Language): Promise<Messages> {
  return language === 'it' ? (await import('./messages/it')).it : en;
}

export function I18nProvider({children}: {children: ReactNode}) {
  const [wanted, setWanted] = useState<Language>(initialLanguage);
  const [loaded, setLoaded] = useState<{language: Language; messages: Messages} | null>(wanted === 'en' ? {language: 'en', messages: en} : null);

  useEffect(() => {
    let current = true;
    void load(wanted).then((messages) => {
      if (!current) return;
      document.documentElement.lang = wanted;
      setLoaded({language: wanted, messages});
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
    return {language: loaded.language, setLanguage, t};
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

// What the service says in whole sentences, in Italian: what was not tested, why an item waits, why a decision needs two people or was
// refused. {} is what a sentence is about, or another sentence. What is not here is shown as it was said. A test compares this list with
// the service's sources.
export const said: readonly (readonly [said: string, italian: string])[] = [
  // What was not tested.
  ['{}: it did not come to that', '{}: non ci si è arrivati'],
  ['metrics: none could be measured: {}', 'metriche: non è stato possibile misurarne: {}'],
  ['metrics: Prometheus had no data for this system, commands on it gave memory only', 'metriche: Prometheus non aveva dati su questo sistema; i comandi su di esso hanno dato solo la memoria'],
  ['metrics: Prometheus had no data for this system, commands on it gave CPU only', 'metriche: Prometheus non aveva dati su questo sistema; i comandi su di esso hanno dato solo la CPU'],
  ['metrics: Prometheus had no data for this system, commands on it gave CPU and memory', 'metriche: Prometheus non aveva dati su questo sistema; i comandi su di esso hanno dato CPU e memoria'],
  ['metrics: Prometheus gave memory only', 'metriche: Prometheus ha dato solo la memoria'],
  ['metrics: Prometheus gave CPU only', 'metriche: Prometheus ha dato solo la CPU'],
  ['metrics: before and after come from different sources and were not compared', 'metriche: prima e dopo vengono da fonti diverse e non sono stati confrontati'],
  ['way back: none was proven: {}', 'ritorno indietro: non dimostrato: {}'],
  ['no snapshot ({}): a rollback would be by package', 'nessuno snapshot ({}): un rollback avverrebbe per pacchetti'],
  ['no reboot was needed, so none was tested', 'non serviva un riavvio, quindi non è stato provato'],
  ['custom checks: there are none for this system', 'controlli propri: non ce ne sono per questo sistema'],
  [
    'other systems and other OS releases: this ran on {} alone, dependencies elsewhere can differ',
    'altri sistemi e altre versioni del sistema operativo: il test è stato solo su {}, altrove le dipendenze possono differire',
  ],

  // The phases, as parts of the sentences above.
  ['baseline', 'partenza'],
  ['reboot', 'riavvio'],
  ['stabilize', 'assesto'],
  ['validate', 'metriche'],
  ['services', 'servizi'],

  // What a test waits for, and what its phases found.
  ['letting the system run with the patch', 'lascia girare il sistema con la patch'],
  ['letting the measuring window pass what happened before', 'aspetta che la finestra di misura superi quanto è successo prima'],
  ['waiting for "{}"', 'aspetta "{}"'],
  ['making sure that "{}" did not happen before it is repeated', 'si assicura che "{}" non sia avvenuto prima di ripeterlo'],
  ['making sure that no action is still under way', 'si assicura che nessuna azione sia ancora in corso'],
  ['waiting for {} to come back from its reboot: {}', 'aspetta che {} torni dal riavvio: {}'],
  ['{} is back; letting it settle', '{} è tornato; gli lascia il tempo di assestarsi'],
  ['not running yet: {} (look {} of {})', 'non ancora in funzione: {} (occhiata {} di {})'],
  ['neither the erratum nor the system asks for a reboot', 'né l’erratum né il sistema chiedono un riavvio'],
  ['no snapshot ({}); a rollback will go by package versions', 'nessuno snapshot ({}); un rollback andrà per versioni dei pacchetti'],
  ['test {} on {} passed', 'test {} su {} superato'],
  ['test {} on {} failed', 'test {} su {} fallito'],
  ['test {} on {}', 'test {} su {}'],
  ['{} passed on {}', '{} superato su {}'],
  ['ran for {} s with the patch', 'ha girato per {} s con la patch'],
  ['{} could not be applied to {}: {}', 'non è stato possibile applicare {} a {}: {}'],
  ['{} is as it was: {} packages, {} services', '{} è com’era: {} pacchetti, {} servizi'],

  // Why two people must approve.
  ['severity Critical', 'gravità Critica'],
  ['kernel or boot packages', 'pacchetti del kernel o dell’avvio'],
  ['Success Score {} is below {}', 'Success Score {} è inferiore a {}'],

  // Why an item waits.
  ['there is no test system of this OS', 'non c’è un sistema di test di questo sistema operativo'],
  ['the erratum is not missing on any of the {} test systems of this OS', 'l’erratum non manca su nessuno dei {} sistemi di test di questo sistema operativo'],
  ['{} is free; the test starts by itself when it is its turn', '{} è libero; il test parte da solo quando è il suo turno'],
  ['no test system is free: {}', 'nessun sistema di test è libero: {}'],
  ['{} is busy with {}', '{} è occupato con {}'],
  ['{} is in quarantine until a person releases it', '{} è in quarantena finché una persona non lo rilascia'],
  ['{} does not answer ({})', '{} non risponde ({})'],
  ['nobody has asked for its test yet (POST /test/start, or a batch)', 'nessuno ha ancora chiesto il suo test (POST /test/start, o un lotto)'],
  ['nobody has asked for its test yet (POST /test/start, or a batch); besides, {}', 'nessuno ha ancora chiesto il suo test (POST /test/start, o un lotto); inoltre {}'],
  ['it is tested again at {}; the last test ended with: {}', 'sarà provato di nuovo alle {}; l’ultimo test è finito con: {}'],
  ['a later time', 'più tardi'],
  ['it was put aside until {}', 'è stato rimandato fino a {}'],
  ['it passed its test; a person must decide', 'ha superato il test; deve decidere una persona'],
  ['it is tested on all systems; {} is not through: {}', 'è in prova su tutti i sistemi; {} non ha finito: {}'],
  ['it is tested on all systems; {} are not through: {}', 'è in prova su tutti i sistemi; {} non hanno finito: {}'],

  // Why a decision was refused.
  ['queue item {} does not exist', 'la voce {} della coda non esiste'],
  ['queue item {} ({}) is {} already: {} decided at {}; nothing was changed', 'la voce {} ({}) è già {}: {} ha deciso alle {}; nulla è cambiato'],
  ['queue item {} ({}) is {}; only an item that is pending_approval can be decided on ({})', 'la voce {} ({}) è {}; si decide solo su una voce che è pending_approval ({})'],
  [
    '{} approved queue item {} ({}) at {} already, in person or by a key; policy wants a second person',
    '{} ha già approvato la voce {} ({}) alle {}, di persona o con una chiave; la regola vuole una seconda persona',
  ],
  [
    '{} queued item {} ({}) and may not approve it (policy creator_may_not_approve); somebody else has to',
    '{} ha messo in coda la voce {} ({}) e non può approvarla (regola creator_may_not_approve); deve farlo un’altra persona',
  ],
  ['an approval past the policies needs a reason that says something', 'un’approvazione oltre le regole richiede un motivo che dica qualcosa'],
  ['queue item {} ({}) has no passed test to rest on; reject it and test it again', 'la voce {} ({}) non ha un test superato su cui basarsi; rifiutala e provala di nuovo'],
  [
    'queue item {} ({}) is {} now, not {}: somebody else changed it meanwhile; look at it again before you decide',
    'la voce {} ({}) ora è {}, non {}: qualcun altro l’ha cambiata nel frattempo; guardala di nuovo prima di decidere',
  ],
  ['more than {} items match; choose fewer by filters', 'corrispondono più di {} voci; scegline meno con i filtri'],

  // Why an erratum was not queued, or a test did not start.
  ['queue item {} of it is {}; to test it again, PATCH /api/v1/queue/{} with status queued', 'la sua voce {} della coda è {}; per provarlo di nuovo, rimettila in coda'],
  ['superseded by {}; that one is in the queue', 'sostituito da {}, che è già in coda'],
  ['superseded by {}; add that one instead', 'sostituito da {}: aggiungi quello'],
  ['the OS of the erratum is not known, and no {} system misses it', 'il sistema operativo dell’erratum non è noto, e non manca a nessun sistema {}'],
  ['nothing is queued for {}', 'non c’è nulla in coda per {}'],
  ['queue item {} ({}) is {}; only a queued one can be tested', 'la voce {} ({}) è {}; si prova solo una voce in coda'],
  ['{} is busy with test {} of {}', '{} è occupato con il test {} di {}'],
  ['{} is in quarantine: {}; release it first', '{} è in quarantena: {}; prima va rilasciato'],
  [
    'there is no test system of {} that could be used: none is known, or all are in quarantine, offline or gone',
    'non c’è un sistema di test {} utilizzabile: non se ne conoscono, o sono tutti in quarantena, spenti o spariti',
  ],
  ['{} is not missing on any free test system of {} according to the last sync', '{} non manca su nessun sistema di test {} libero, secondo l’ultima sincronizzazione'],
  ['test {} of {} has ended already: {}', 'il test {} di {} è già finito: {}'],

  // Why a list about CVEs was not imported.
  ['the list {} was not taken: {}', 'l’elenco {} non è stato preso: {}'],
  ['the list is empty', 'l’elenco è vuoto'],
  [
    "the list has {} entries, the last one had {}: too many are gone to believe it. If it is right, take it with 'spm-orchestrator import-cves kev FILE --accept-shorter'",
    "l’elenco ha {} voci, il precedente ne aveva {}: ne mancano troppe per crederci. Se è giusto, prendilo con 'spm-orchestrator import-cves kev FILE --accept-shorter'",
  ],
  ['line {}: {}', 'riga {}: {}'],
  ['entry {}: {}', 'voce {}: {}'],
  ['{} is no id of a CVE', '{} non è l’identificativo di una CVE'],
  ['{} does not exist', '{} non esiste'],
  ["{} cannot be read by the service's user", '{} non è leggibile per l’utente del servizio'],
  ['{} answered HTTP {}', '{} ha risposto HTTP {}'],

  // Who comes in, and who stays out.
  ['the user name or the password is wrong', 'il nome utente o la password non sono giusti'],
  ['too many failed logins; try again in {} s', 'troppi accessi falliti; riprova tra {} s'],
  ['the session is over; log in again', 'la sessione è finita; accedi di nuovo'],
  ['{} is the last admin who can log in; give the role admin to somebody else first', '{} è l’ultimo admin che può accedere; prima dai il ruolo admin a qualcun altro'],
  ['there is or was a user {}; names are never given to a second person', 'l’utente {} esiste o è esistito; un nome non va mai a una seconda persona'],
];

interface Rule {
  pattern: RegExp;
  italian: string;
}

let rules: Rule[] | undefined;

// Fewest holes first: what is said in full is known better than what fits by chance.
function compiled(): Rule[] {
  return [...said]
    .sort(([one], [other]) => one.split('{}').length - other.split('{}').length)
    .map(([text, italian]) => ({pattern: new RegExp(`^${text.split('{}').map((part) => part.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&')).join('(.+?)')}$`, 's'), italian}));
}

export function inItalian(text: string): string {
  rules ??= compiled();
  for (const {pattern, italian} of rules) {
    const found = pattern.exec(text);
    if (!found) continue;
    let hole = 0;
    return italian.replace(/\{\}/g, () => inItalian(found[(hole += 1)] ?? ''));
  }
  const parts = text.split('; ');
  return parts.length > 1 ? parts.map(inItalian).join('; ') : text;
}

// What the service says in English about its settings, in Italian. A test compares this with the service's source.
export const italian: Record<string, string> = {
  points: 'punti',
  'percentage points': 'punti percentuali',
  units: 'unità',
  days: 'giorni',

  'Taken off when a kernel or boot package is in it.': 'Tolti quando contiene un pacchetto del kernel o dell’avvio.',
  'Taken off when it needs a reboot.': 'Tolti quando richiede un riavvio.',
  'Taken off when a service with much configuration is in it.': 'Tolti quando contiene un servizio con molta configurazione.',
  'Taken off for each further package that changes with it.': 'Tolti per ogni altro pacchetto che cambia con esso.',
  'Limit of what dependencies take off.': 'Limite di quanto tolgono le dipendenze.',
  'Taken off for each MB of packages.': 'Tolti per ogni MB di pacchetti.',
  'Limit of what size takes off.': 'Limite di quanto toglie la dimensione.',
  'Multiplied with the rate of failed tests of the same erratum, and taken off.': 'Moltiplicato per la quota di test falliti dello stesso erratum, e tolto.',
  'Added for packages of less than 100 KB in all.': 'Aggiunti per pacchetti di meno di 100 KB in tutto.',
  'Beginnings of the names of kernel and boot packages; with $ at its end the whole name, with # a digit must follow.':
    'Inizi dei nomi dei pacchetti del kernel e dell’avvio; con $ alla fine il nome intero, con # deve seguire una cifra.',
  'Beginnings of the names of packages that need a reboot.': 'Inizi dei nomi dei pacchetti che richiedono un riavvio.',
  'Beginnings of the names of services with much configuration.': 'Inizi dei nomi dei servizi con molta configurazione.',

  'Rise of CPU use after the patch that is still accepted.': 'Aumento dell’uso della CPU dopo la patch che è ancora accettato.',
  'Rise of memory use after the patch that is still accepted.': 'Aumento dell’uso della memoria dopo la patch che è ancora accettato.',
  'Further failed units after the patch that are still accepted.': 'Altre unità fallite dopo la patch che sono ancora accettate.',
  'Units that must run on Ubuntu; alternatives separated by |.': 'Unità che devono girare su Ubuntu; alternative separate da |.',
  'Units that must run on Debian.': 'Unità che devono girare su Debian.',
  'Units that must run on RHEL and what is built from it.': 'Unità che devono girare su RHEL e su ciò che ne deriva.',
  'Units that must run on SUSE.': 'Unità che devono girare su SUSE.',

  'A test whose metrics could not be measured fails; otherwise the check is shown as skipped.':
    'Un test le cui metriche non si sono potute misurare fallisce; altrimenti la verifica risulta saltata.',
  'No snapshot, no test.': 'Senza snapshot nessun test.',
  'Put the test system back after a passed test too.': 'Riportare indietro il sistema di test anche dopo un test superato.',
  'Nothing is changed on a test system before a way back is proven.': 'Nulla cambia su un sistema di test prima che sia provata una via di ritorno.',
  'Two different people approve severity Critical.': 'La gravità Critical la approvano due persone diverse.',
  'Two different people approve kernel and boot packages.': 'I pacchetti del kernel e dell’avvio li approvano due persone diverse.',
  'Two different people approve what has a Success Score below four_eyes_score.': 'Ciò che ha un punteggio di successo sotto four_eyes_score lo approvano due persone diverse.',
  'The Success Score of four_eyes_low_score.': 'Il punteggio di successo di four_eyes_low_score.',
  'Who queued an item does not approve it.': 'Chi ha messo in coda una voce non la approva.',

  'From when a Critical erratum became applicable until it should be decided.': 'Da quando un erratum Critical è diventato applicabile a quando va deciso.',
  'Likewise for High.': 'Lo stesso per High.',
  'Likewise for Medium, and for a severity that is not known.': 'Lo stesso per Medium, e per una gravità non nota.',
  'Likewise for Low.': 'Lo stesso per Low.',
  'From the end of a test and the last decision on it until its raw evidence is removed: commands with their outputs, the list of installed packages. Its result and its hash stay.':
    'Dalla fine di un test e dall’ultima decisione su di esso fino alla rimozione delle prove grezze: i comandi con il loro output, l’elenco dei pacchetti installati. Il risultato e il suo hash restano.',
  'Until events are removed, the log lines of a test and notices among them.': 'Fino alla rimozione degli eventi, comprese le righe di log dei test e le notifiche.',
  'Until runs of the synchronisation are removed; the newest stay.': 'Fino alla rimozione delle esecuzioni della sincronizzazione; le più recenti restano.',
  'What is tested first: what is safest, what is most urgent, or what is both.': 'Che cosa si prova per primo: il più sicuro, il più urgente, o ciò che è entrambi.',
};

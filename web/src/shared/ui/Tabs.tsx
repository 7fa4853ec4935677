// Which part of a page is shown; the choice stands in the address, so these are buttons of one group rather than tabs.
import styles from './Tabs.module.css';

export function Tabs({label, value, choices, onChange}: {label: string; value: string; choices: {value: string; label: string}[]; onChange: (value: string) => void}) {
  return (
    <div className={styles.tabs} role="group" aria-label={label}>
      {choices.map((choice) => (
        <button key={choice.value} type="button" className={styles.tab} aria-pressed={choice.value === value} onClick={() => onChange(choice.value)}>
          {choice.label}
        </button>
      ))}
    </div>
  );
}

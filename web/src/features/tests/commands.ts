// The commands that a phase's evidence holds, in the form in which a person would have typed them.

export interface RecordedCommand {
  line: string;
  exit: number | null;
  output: string;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function commandsIn(evidence: unknown): RecordedCommand[] {
  const operations = isObject(evidence) && Array.isArray(evidence.operations) ? evidence.operations : [];
  return operations.flatMap((operation: unknown) => {
    const commands = isObject(operation) && Array.isArray(operation.commands) ? operation.commands : [];
    return commands.filter(isObject).map((command) => ({
      line: Array.isArray(command.argv) ? command.argv.map((word) => quoted(String(word))).join(' ') : String(command.shell ?? ''),
      exit: typeof command.exit === 'number' ? command.exit : null,
      output: String(command.output ?? '').trimEnd(),
    }));
  });
}

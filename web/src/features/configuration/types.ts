// Answers of the calls on the configuration.
export type Value = number | boolean | string | string[] | null;

export interface Field {
  name: string;
  type: 'integer' | 'number' | 'boolean' | 'choice' | 'list';
  value: Value;
  default: Value;
  source: 'runtime' | 'environment' | 'default';
  minimum: number | null;
  maximum: number | null;
  choices: string[];
  unit: string;
  description: string;
}

export interface Difference {
  name: string;
  from: Value;
  to: Value;
}

export interface Version {
  version: number;
  author: string;
  reason: string;
  created_at: string | null;
  changes: Difference[];
}

export interface Configuration extends Version {
  fields: Field[];
}

export interface Preview {
  changes: Difference[];
  scores: {scored: number; changed: number} | null;
}

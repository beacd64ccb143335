/** What a record of a CSV file looks like to `CsvTokenizer`. */
export interface CsvRecord {
  /** The fields, unquoted; only kept if asked for. */
  readonly fields: readonly string[];
  readonly fieldCount: number;
  /** True if text follows a closing quotation mark. */
  readonly malformed: boolean;
}

/**
 * Splits CSV text into records as RFC 4180 says, piece by piece. Slow and exact: it reads headers, and
 * finds the very place of a fault that the fast reader has met.
 */
export class CsvTokenizer {
  readonly #delimiter: string;
  readonly #keepFields: boolean;
  readonly #onRecord: (record: CsvRecord) => void;
  #fields: string[] = [];
  #fieldCount = 0;
  #field = '';
  #fieldEmpty = true;
  #malformed = false;
  #state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  #afterReturn = false;

  constructor(delimiter: string, keepFields: boolean, onRecord: (record: CsvRecord) => void) {
    this.#delimiter = delimiter;
    this.#keepFields = keepFields;
    this.#onRecord = onRecord;
  }

  write(text: string): void {
    for (const char of text) {
      if (this.#state === 'quoted') {
        if (char === '"') this.#state = 'closed';
        else this.#add(char);
        continue;
      }
      const afterReturn = this.#afterReturn;
      this.#afterReturn = false;
      if (char === '\n' && afterReturn) continue;
      if (char === this.#delimiter) this.#endField();
      else if (char === '\n' || char === '\r') {
        this.#afterReturn = char === '\r';
        this.#endRecord();
      } else if (char === '"' && this.#state === 'start') {
        this.#state = 'quoted';
        this.#fieldEmpty = false;
      } else if (char === '"' && this.#state === 'closed') {
        this.#state = 'quoted';
        this.#add(char);
      } else {
        if (this.#state === 'closed') this.#malformed = true;
        else this.#state = 'plain';
        this.#add(char);
      }
    }
  }

  /** Ends the text; true if a quotation mark was still open. */
  end(): boolean {
    const open = this.#state === 'quoted';
    if (this.#fieldCount > 0 || !this.#fieldEmpty || this.#state !== 'start') this.#endRecord();
    return open;
  }

  #add(char: string): void {
    this.#fieldEmpty = false;
    if (this.#keepFields) this.#field += char;
  }

  #endField(): void {
    if (this.#keepFields) this.#fields.push(this.#field);
    this.#fieldCount += 1;
    this.#field = '';
    this.#state = 'start';
  }

  #endRecord(): void {
    const blank = this.#fieldCount === 0 && this.#fieldEmpty;
    this.#endField();
    const record = { fields: this.#fields, fieldCount: blank ? 0 : this.#fieldCount, malformed: this.#malformed };
    this.#fields = [];
    this.#fieldCount = 0;
    this.#fieldEmpty = true;
    this.#malformed = false;
    this.#onRecord(record);
  }
}

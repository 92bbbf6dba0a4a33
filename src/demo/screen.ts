import { styleText } from 'node:util'

/** What a screen needs of the stream that it writes to. */
export interface Out {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
}

export type Style = Parameters<typeof styleText>[0]

/** Paints a text, or leaves it as it is where colours are not wanted. */
export type Paint = (style: Style, text: string) => string

const control = '\u001b['

/**
 * Writes lines that stay and, on a terminal, below them a drawing that is renewed in place. Elsewhere there are no
 * drawings: what they would show is said in lines.
 */
export class Screen {
  readonly #out: Out
  /** Whether there are drawings. */
  readonly live: boolean
  readonly paint: Paint
  #drawing: readonly string[] = []
  #ended = false

  constructor(out: Out, env: Readonly<Record<string, string | undefined>>) {
    this.#out = out
    const terminal = out.isTTY === true && env.TERM !== 'dumb'
    // A log of a CI run may call itself a terminal; nobody watches it while it is written.
    this.live = terminal && !env.CI
    const coloured = terminal && !env.NO_COLOR
    this.paint = (style, text) => (coloured ? styleText(style, text) : text)
  }

  /** The columns that a line may fill. One is left free: some terminals wrap at the last. */
  get columns(): number {
    return Math.max(40, (this.#out.columns ?? 100) - 1)
  }

  /** A line that stays, above the drawing. */
  say(line = ''): void {
    if (this.#ended) return
    const below = this.#drawing.length === 0 ? '' : `${control}?7l${text(this.#drawing)}${control}?7h`
    this.#out.write(`${this.#erased()}${line}\n${below}`)
  }

  /** Puts a drawing in the place of the last one. What does not fit on the screen is left out. */
  draw(lines: readonly string[]): void {
    if (!this.live || this.#ended) return
    const hide = this.#drawing.length === 0 ? `${control}?25l` : ''
    const shown = lines.slice(0, Math.max(1, (this.#out.rows ?? 24) - 1))
    // A line that wraps would take two, and the next drawing would not find the beginning of this one.
    this.#out.write(`${hide}${this.#erased()}${control}?7l${text(shown)}${control}?7h`)
    this.#drawing = shown
  }

  /** Lets the drawing stay as it is; the next one begins below it. */
  keep(): void {
    if (this.#drawing.length > 0) this.#out.write(`${control}?25h`)
    this.#drawing = []
  }

  /** Shows nothing more: who was interrupted may still be in the middle of a sentence. */
  end(): void {
    this.keep()
    this.#ended = true
  }

  #erased(): string {
    return this.#drawing.length === 0 ? '' : `${control}${this.#drawing.length}A\r${control}0J`
  }
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

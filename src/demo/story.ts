import { seconds } from './format.ts'
import type { Screen } from './screen.ts'

/** The most differences that are spelled out; the rest is counted. */
const spelledOut = 20

/** What happens, told with the time since the beginning, and what the demo claims, held against what was found. */
export class Story {
  readonly #screen: Screen
  /** When this process began: what it took to get here counts too. Epoch ms. */
  readonly begun = performance.timeOrigin
  #held = 0
  #failed = 0

  constructor(screen: Screen) {
    this.#screen = screen
  }

  /** How many claims held, and how many did not. */
  get claims(): { readonly held: number; readonly failed: number } {
    return { held: this.#held, failed: this.#failed }
  }

  /** Begins a part of the story. */
  chapter(title: string): void {
    this.#screen.say()
    this.#screen.say(this.#screen.paint('bold', title))
  }

  tell(text: string): void {
    this.#screen.say(`${this.#time()}  ${text}`)
  }

  /** For where no drawing shows the same. */
  tellInLines(text: string): void {
    if (!this.#screen.live) this.tell(text)
  }

  /** Says whether `claim` holds: it does when there are no differences. */
  hold(claim: string, differences: readonly string[]): void {
    const { paint } = this.#screen
    if (differences.length === 0) {
      this.#held++
      this.tell(`${paint('green', '✓')} ${claim}`)
      return
    }
    this.#failed++
    this.tell(paint('red', `✗ Not so: ${claim}`))
    for (const difference of differences.slice(0, spelledOut)) this.#screen.say(`            ${difference}`)
    if (differences.length > spelledOut)
      this.#screen.say(`            and ${differences.length - spelledOut} more`)
  }

  #time(): string {
    return this.#screen.paint('dim', seconds(Date.now() - this.begun).padStart(8))
  }
}

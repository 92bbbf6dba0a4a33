/** A command line to paste into a shell: each word quoted where it must be. */
export const shellLine = (words: readonly string[], platform: NodeJS.Platform): string =>
  words.map(platform === 'win32' ? windowsWord : posixWord).join(' ')

const plain = /^[\w@%+=:,./-]+$/

const posixWord = (word: string): string => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

// Double quotes hold in cmd and PowerShell alike, and no file name contains one.
const windowsWord = (word: string): string => (/^[\w+=:./\\-]+$/.test(word) ? word : `"${word}"`)

/** Conditions in CEL. Load this with `import()`: the language and the patterns weigh 300 kB that a start does not need. */
export { evaluateBoxed } from './boxed.ts'
export { type Condition, compile, isProblem } from './compile.ts'
export { evaluate } from './evaluate.ts'

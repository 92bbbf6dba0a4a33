import {
  DummyDriver,
  Kysely,
  type LimitNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  ValueNode,
} from 'kysely'

/**
 * SQLite prepares a statement anew at each execution when its LIMIT is a bare parameter: it planned for the value
 * (10 to 20 µs for a query that takes 1). So constants are written into the SQL, and a limit that is given at each
 * execution becomes an expression, which SQLite does not plan for.
 */
class PlannedOnceCompiler extends SqliteQueryCompiler {
  protected override visitValue(node: ValueNode): void {
    if (typeof node.value === 'number' && Number.isSafeInteger(node.value)) this.append(String(node.value))
    else if (typeof node.value === 'string') this.appendStringLiteral(node.value)
    else super.visitValue(node)
  }

  protected override visitLimit(node: LimitNode): void {
    super.visitLimit(node)
    if (ValueNode.is(node.limit)) this.append(' + 0')
  }
}

/** kysely as a compiler only: it writes the SQL, our own prepared statements run it. */
// biome-ignore lint/suspicious/noExplicitAny: each statement brings its own tables
export const compiler = new Kysely<any>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new PlannedOnceCompiler(),
  },
})

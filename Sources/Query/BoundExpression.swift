package import Columns
package import SQL

/// An expression over the columns of a batch, for CHECK and PARTITION BY: bound once, evaluated for
/// many batches of one schema, by any thread.
package struct BoundExpression: Sendable {
  private let bound: Bound
  private let schema: Schema

  /// The type of its values.
  package var type: DataType { bound.type }

  package init(_ expression: Expression, over schema: Schema) throws(QueryError) {
    var binder = ExpressionBinder(Scope(schema.fields, table: nil))
    binder.clause = "this expression"
    bound = Compilation.compiled(try binder.bind(expression))
    self.schema = schema
  }

  /// The places in the schema of the columns it reads.
  package var columns: Set<Int> { bound.columns }

  /// Its value in each row.
  package func evaluate(_ batch: ColumnBatch) throws(QueryError) -> Column {
    precondition(batch.columns.count == schema.count, "a batch has the columns of its schema")
    return try bound.column(Frame(batch))
  }
}

import Bytes
package import Columns

/// A sorted, immutable file of the rows of a table.
///
/// ```
/// run     := "GRVRUN1\n" · blocks · first keys of the blocks · footer · tail
/// footer  := JSON: schema, keys, list, rows, and the offset, size, rows and hash of each block
/// tail    := footer size (8) · footer hash (8, the low half of its content hash) · "GRVRUN1\n"
/// ```
/// Rows stand in the order of their keys, then of their list columns, then as they came. A reader
/// searches the first keys and reads the blocks between, each checked by its hash.
package enum TableRun {
  static let magic = Array("GRVRUN1\n".utf8)
  static let tailSize = 24

  /// The bytes of a run that holds these rows.
  package static func bytes(
    of batches: [ColumnBatch], layout: TableLayout, blockRows: Int = 1024
  ) throws(TableError) -> [UInt8] {
    precondition(blockRows > 0, "a block holds a row at least")
    let sorted = try layout.sorted(ColumnBatch.joined(batches, schema: layout.schema))
    var bytes = magic
    var blocks: [JSON] = []
    var firsts: [UInt32] = []
    for start in stride(from: 0, to: sorted.rowCount, by: blockRows) {
      let end = min(start + blockRows, sorted.rowCount)
      let offset = bytes.count
      BatchCoding.append(sorted.rows(Array(UInt32(start)..<UInt32(end))), to: &bytes)
      firsts.append(UInt32(start))
      blocks.append(blockJSON(bytes, from: offset, rows: end - start))
    }
    let keys = keyBatch(of: sorted, layout).rows(firsts)
    let offset = bytes.count
    BatchCoding.append(keys, to: &bytes)
    let index = blockJSON(bytes, from: offset, rows: keys.rowCount)
    let footer = JSON.members([
      "schema": schemaJSON(layout.schema),
      "partitionKey": .list(layout.partitionKey.map { .text($0) }),
      "sortKey": .list(layout.sortKey.map { .text($0) }),
      "list": layout.list.map { list in
        .members(["name": .text(list.name), "columns": .list(list.columns.map { .text($0) })])
      } ?? .null, "rows": .count(sorted.rowCount), "index": index, "blocks": .list(blocks),
    ]).bytes()
    bytes += footer
    BatchCoding.append(UInt64(footer.count), to: &bytes)
    BatchCoding.append(hash(of: footer[...]), to: &bytes)
    return bytes + magic
  }

  private static func blockJSON(_ bytes: [UInt8], from offset: Int, rows: Int) -> JSON {
    let hash = hash(of: bytes[offset...])
    return .members([
      "offset": .count(offset), "size": .count(bytes.count - offset), "rows": .count(rows),
      "hash": .integer(Int64(bitPattern: hash)),
    ])
  }

  private static func schemaJSON(_ schema: Schema) -> JSON {
    .list(
      schema.fields.map { field in
        .members(["name": .text(field.name), "type": .text(field.type.description)])
      })
  }

  static func keyBatch(of batch: ColumnBatch, _ layout: TableLayout) -> ColumnBatch {
    let keys = layout.keyColumns
    return ColumnBatch(
      Schema(keys.map { layout.schema[$0] }), keys.map { batch.columns[$0] },
      rowCount: batch.rowCount)
  }

  static func hash(of bytes: ArraySlice<UInt8>) -> UInt64 {
    ContentHash.of(bytes.span).low
  }
}

package import Bytes
package import Columns

/// Reads a run: all of its rows, or those of a key.
package struct TableRunReader: Sendable {
  package let layout: TableLayout
  package let rowCount: Int
  private let source: any ByteSource
  private let blocks: [Block]
  private let firstKeys: ColumnBatch

  private struct Block: Sendable {
    let offset: Int
    let size: Int
    let rows: Int
    let hash: UInt64
  }

  package init(_ source: any ByteSource) throws(TableError) {
    self.source = source
    let footer = try Self.footer(source)
    let fields = FooterFields(json: footer, name: source.name)
    layout = try fields.layout()
    rowCount = try fields.count("rows")
    blocks = try fields.list("blocks").map { json throws(TableError) in
      try Self.block(FooterFields(json: json, name: source.name))
    }
    let index = try Self.block(FooterFields(json: footer["index"] ?? .null, name: source.name))
    let keys = Schema(layout.keyColumns.map { [layout] in layout.schema[$0] })
    guard index.rows == blocks.count, blocks.reduce(0, { $0 + $1.rows }) == rowCount else {
      throw .damaged(source.name, "its counts do not add up")
    }
    firstKeys = try Self.read(index, keys, source)
  }

  /// All rows, in the order of their keys.
  package func rows() throws(TableError) -> ColumnBatch {
    try rows(inBlocks: 0..<blocks.count)
  }

  /// The rows whose first key columns hold the values of `key`; texts are given for all of them
  /// and are compared as values of their columns.
  package func rows(where key: [String]) throws(TableError) -> ColumnBatch {
    try rows(in: KeyRange(key: key))
  }

  /// The rows of a range of keys. Only the blocks are read that can have some of them.
  package func rows(in range: KeyRange) throws(TableError) -> ColumnBatch {
    precondition(
      range.key.count <= layout.keyColumns.count, "a key has no more parts than the table")
    guard let bounds = try KeyBounds(range, firstKeys.schema) else {
      return ColumnBatch.joined([], schema: layout.schema)
    }
    // The range may begin in the block before the first whose first key is not smaller.
    var first = 0
    var end = blocks.count
    for block in 0..<blocks.count {
      if KeyBounds.compare(firstKeys, block, bounds.lower) < 0 { first = block }
      if KeyBounds.compare(firstKeys, block, bounds.upper) > 0 {
        end = block
        break
      }
    }
    let candidates = try rows(inBlocks: min(first, end)..<end)
    let keys = TableRun.keyBatch(of: candidates, layout)
    let matches = (0..<UInt32(candidates.rowCount)).filter { bounds.contains(keys, Int($0)) }
    return matches.count == candidates.rowCount ? candidates : candidates.rows(matches)
  }

  private func rows(inBlocks range: Range<Int>) throws(TableError) -> ColumnBatch {
    var batches: [ColumnBatch] = []
    for block in range { batches.append(try Self.read(blocks[block], layout.schema, source)) }
    return ColumnBatch.joined(batches, schema: layout.schema)
  }
}

// MARK: - The parts of the file

extension TableRunReader {
  private static func bytes(
    _ source: any ByteSource, _ offset: Int, _ count: Int
  ) throws(TableError) -> [UInt8] {
    let (end, overflow) = offset.addingReportingOverflow(count)
    guard offset >= 0, count >= 0, !overflow, end <= source.size else {
      throw .damaged(source.name, "it is cut short")
    }
    do { return try source.read(at: offset, count: count) } catch { throw TableError(error) }
  }

  private static func footer(_ source: any ByteSource) throws(TableError) -> JSON {
    let tailSize = TableRun.tailSize
    let tail = try bytes(source, source.size - tailSize, tailSize)
    guard Array(tail[16...]) == TableRun.magic,
      try bytes(source, 0, TableRun.magic.count) == TableRun.magic
    else { throw .damaged(source.name, "it is no run of a table") }
    let size = number(tail[0..<8])
    guard let size = Int(exactly: size), size <= source.size else {
      throw .damaged(source.name, "its footer is longer than the file")
    }
    let footer = try bytes(source, source.size - tailSize - size, size)
    guard TableRun.hash(of: footer[...]) == number(tail[8..<16]) else {
      throw .damaged(source.name, "its footer does not match its hash")
    }
    do { return try JSON.parse(footer) } catch { throw TableError(error) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    var number: UInt64 = 0
    for byte in bytes.reversed() { number = number << 8 | UInt64(byte) }
    return number
  }

  private static func block(_ fields: FooterFields) throws(TableError) -> Block {
    Block(
      offset: try fields.count("offset"), size: try fields.count("size"),
      rows: try fields.count("rows"), hash: UInt64(bitPattern: try fields.integer("hash")))
  }

  private static func read(
    _ block: Block, _ schema: Schema, _ source: any ByteSource
  ) throws(TableError) -> ColumnBatch {
    let bytes = try bytes(source, block.offset, block.size)
    guard TableRun.hash(of: bytes[...]) == block.hash else {
      throw .damaged(source.name, "a block does not match its hash")
    }
    var reader = BatchReader(bytes[...], name: source.name)
    return try reader.batch(schema, rows: block.rows)
  }
}

/// Reads the members of a footer.
private struct FooterFields {
  let json: JSON
  let name: String

  private func wrong(_ member: String) -> TableError {
    .damaged(name, "its member '\(member)' is missing or not what it should be")
  }

  func integer(_ member: String) throws(TableError) -> Int64 {
    guard let number = json[member]?.asInteger else { throw wrong(member) }
    return number
  }

  func count(_ member: String) throws(TableError) -> Int {
    let number = try integer(member)
    guard number >= 0, number < 1 << 48 else { throw wrong(member) }
    return Int(number)
  }

  func text(_ member: String) throws(TableError) -> String {
    guard let text = json[member]?.asText else { throw wrong(member) }
    return text
  }

  func list(_ member: String) throws(TableError) -> [JSON] {
    guard let list = json[member]?.asList else { throw wrong(member) }
    return list
  }

  func texts(_ member: String) throws(TableError) -> [String] {
    let list = try list(member)
    let texts = list.compactMap(\.asText)
    guard texts.count == list.count else { throw wrong(member) }
    return texts
  }

  func layout() throws(TableError) -> TableLayout {
    var fields: [Field] = []
    for json in try list("schema") {
      let field = FooterFields(json: json, name: name)
      guard let type = DataType(named: try field.text("type")) else { throw wrong("type") }
      fields.append(Field(try field.text("name"), type))
    }
    var list: TableLayout.List?
    if let json = json["list"], json != .null {
      let inner = FooterFields(json: json, name: name)
      list = TableLayout.List(
        name: try inner.text("name"), columns: try inner.texts("columns"))
    }
    return try TableLayout(
      Schema(fields), partitionKey: try texts("partitionKey"), sortKey: try texts("sortKey"),
      list: list)
  }
}

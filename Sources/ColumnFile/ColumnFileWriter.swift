import Bytes
package import Columns

/// Turns batches into the bytes of a `.groove` file, block by block: what is complete can be
/// drained and written away while more comes in.
///
/// The same rows, however they are cut into batches, give the same bytes as long as their texts
/// come in the same form.
package struct ColumnFileWriter: Sendable {
  package let schema: Schema
  package let options: WriteOptions
  private var columns: [ColumnEncoder]
  private var blockRows: [Int] = []
  private var pendingRows = 0
  /// Nil until the first block shows which columns follow from others.
  private var followers: [Follower]?
  /// The bytes from `drained` on.
  private var file: [UInt8] = []
  private var drained = 0

  /// Fails for a type that files do not hold.
  package init(
    _ schema: Schema, _ options: WriteOptions = WriteOptions()
  ) throws(ColumnFileError) {
    precondition(
      options.blockRows > 0 && options.blockRows <= Format.blockRows, "a block's size in rows")
    for field in schema.fields where !field.type.isStored {
      throw ColumnFileError(
        unfit: "column \(field.name)", because: "a file holds no \(field.type)",
        remedy: "Cast it to BIGINT, DOUBLE or TEXT.")
    }
    self.schema = schema
    self.options = options
    columns = schema.fields.map { ColumnEncoder($0, options) }
    var head = ByteWriter()
    head.append(Format.startMagic)
    head.u16(Format.majorVersion)
    head.u16(Format.minorVersion)
    file = head.finish()
  }

  package var rowCount: Int { blockRows.reduce(0, +) + pendingRows }

  /// About the memory of the rows that are not drained yet.
  package var memory: Int {
    pendingMemory + file.count + (followers ?? []).reduce(0) { $0 + $1.memory }
  }

  /// Takes the rows of a batch whose columns have the types of the file's.
  package mutating func append(_ batch: ColumnBatch) throws(ColumnFileError) {
    precondition(batch.columns.count == columns.count, "a batch has the columns of its file")
    for (column, field) in zip(batch.columns, schema.fields) {
      precondition(column.type == field.type, "a batch has the types of its file")
    }
    var row = 0
    while row < batch.rowCount {
      let end = min(batch.rowCount, row + options.blockRows - pendingRows, row + stride(batch))
      for index in columns.indices { try columns[index].append(batch.columns[index], row..<end) }
      pendingRows += end - row
      row = end
      if pendingRows == options.blockRows || pendingMemory > options.blockBytes { closeBlock() }
    }
  }

  /// How many rows to take before memory is looked at again.
  private func stride(_ batch: ColumnBatch) -> Int {
    var bytes = batch.columns.count * 8
    for column in batch.columns {
      if case .texts(let texts) = column.values, texts.count > 0 {
        bytes += texts.bytes.count / texts.count
      }
    }
    return max(1, options.blockBytes / max(1, bytes))
  }

  private var pendingMemory: Int {
    var memory = 0
    for column in columns { memory += column.pending.memory }
    return memory
  }

  private mutating func closeBlock() {
    var blocks = columns.indices.map { columns[$0].seal() }
    if options.mayReorder { RowArranger.arrange(&blocks, schema.fields) }
    var followers = self.followers ?? Follower.find(blocks, schema.fields)
    for index in columns.indices where !followers.contains(where: { $0.column == index }) {
      columns[index].write(blocks[index], into: &file, start: drained)
    }
    for index in followers.indices {
      let follower = followers[index]
      followers[index].add(blocks[follower.column], blocks[follower.source])
      if followers[index].waitingBlocks >= options.followWindow {
        followers[index].flush(&columns[follower.column], into: &file, start: drained)
      }
    }
    self.followers = followers
    blockRows.append(pendingRows)
    pendingRows = 0
  }

  private mutating func finishFollowers() {
    var followers = self.followers ?? []
    for index in followers.indices {
      let column = followers[index].column
      followers[index].flush(&columns[column], into: &file, start: drained)
      followers[index].finish(&columns[column], into: &file, start: drained)
    }
  }

  /// The bytes that are complete and were not drained before, in the order of the file.
  package mutating func drain() -> [UInt8] {
    let bytes = file
    drained += bytes.count
    file = []
    return bytes
  }

  /// Closes the file and returns the bytes that were not drained.
  package mutating func finish() throws(ColumnFileError) -> [UInt8] {
    if pendingRows > 0 { closeBlock() }
    finishFollowers()
    var footer = Footer()
    footer.blockRows = blockRows
    for column in columns {
      let dictionary = column.usesDictionary ? addDictionary(of: column, to: &footer) : nil
      footer.columns.append(
        ColumnEntry(
          field: column.field, dictionary: dictionary, numbers: column.numbers,
          follow: column.follow, blocks: column.blocks))
    }
    let content = footer.encoded()
    guard let size = UInt32(exactly: content.count) else {
      throw ColumnFileError(unfit: "the file", because: "its footer would exceed 4 GiB")
    }
    var tail = ByteWriter()
    tail.u32(size)
    tail.u32(Checksum.crc32c(content))
    tail.u16(Format.majorVersion)
    tail.u16(Format.minorVersion)
    tail.append(Format.endMagic)
    file.append(contentsOf: content)
    file.append(contentsOf: tail.finish())
    return drain()
  }

  /// Writes the texts of a column's codes and returns the place of their dictionary.
  private mutating func addDictionary(of column: ColumnEncoder, to footer: inout Footer) -> Int {
    var entry = DictionaryEntry(shared: column.shared, pages: [])
    for (texts, page) in StoredPage.pages(of: column.ownTexts, level: options.textLevel) {
      entry.pages.append(
        DictionaryEntry.Page(texts: texts, entry: page.append(to: &file, start: drained)))
    }
    footer.dictionaries.append(entry)
    return footer.dictionaries.count - 1
  }
}

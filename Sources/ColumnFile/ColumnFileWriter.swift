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
  /// Full blocks that wait, by column.
  private var window: [[PendingColumn]] = []
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

  /// About the memory of the rows that are not drained yet, and of what was learned from all.
  package var memory: Int {
    let learned =
      columns.reduce(0) { $0 + $1.learnedMemory } + (followers ?? []).reduce(0) { $0 + $1.memory }
    return window.reduce(pendingMemory + file.count + learned) { sum, block in
      block.reduce(sum) { $0 + $1.memory }
    }
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
    window.append(blocks)
    blockRows.append(pendingRows)
    pendingRows = 0
    if window.count >= options.window { relieve() }
  }

  /// Writes the blocks that wait for others to be learned from.
  package mutating func relieve() {
    guard let first = window.first else { return }
    let isFirst = followers == nil
    let followers = self.followers ?? Follower.find(first, schema.fields)
    // Taken out, so that they are not copied.
    self.followers = []
    let jobs = columns.indices.map { index in
      let follower = followers.first { $0.column == index }
      return columns[index].job(
        window.map { $0[index] }, follower,
        follower.map { follower in window.map { $0[follower.source] } } ?? [], isFirst: isFirst)
    }
    let results = Parallel.map(count: jobs.count, threads: options.threads) { jobs[$0].run() }
    for (index, result) in results.enumerated() { columns[index].take(result.maker) }
    makeRoom(for: results.reduce(0) { $1.pages.reduce($0) { $0 + $1.page.bytes.count } })
    for block in window.indices {
      for (index, result) in results.enumerated() {
        let (page, zone) = result.pages[block]
        columns[index].place(page, zone, into: &file, start: drained)
      }
    }
    self.followers = followers.map { results[$0.column].follower ?? $0 }
    window = []
  }

  /// Behind a full window as much is still to come, at least.
  private mutating func makeRoom(for bytes: Int) {
    file.reserveCapacity(file.count + (window.count < options.window ? bytes : 2 * bytes))
  }

  private mutating func finishMaps() {
    for follower in followers ?? [] {
      follower.finish(&columns[follower.column], into: &file, start: drained)
    }
    for index in columns.indices { columns[index].finishRanking(into: &file, start: drained) }
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
    relieve()
    finishMaps()
    var footer = Footer()
    footer.blockRows = blockRows
    for column in columns {
      let dictionary = column.usesDictionary ? addDictionary(of: column, to: &footer) : nil
      footer.columns.append(
        ColumnEntry(
          field: column.field, dictionary: dictionary, numbers: column.numbers,
          follow: column.follow, ranking: column.ranking, blocks: column.blocks))
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

import Bytes
import ColumnFile
import Columns

extension Suite {
  /// Writing and reading `.groove` files: sizes a row by column, and both ways' speed.
  static let file = Suite("file") { bench in
    try packing(bench)
    try plays(bench)
    try listens(bench)
  }

  private static func packing(_ bench: Measurement) throws {
    let count = 65_536
    for width in [7, 17, 20, 33] {
      let mask: Int64 = 1 << Int64(width) - 1
      let values = (0..<count).map { Int64($0) &* 0x9E37_79B9_7F4A &>> 7 & mask }
      var packed: [UInt8] = []
      BitPacking.pack(values.span, base: 0, width: width, into: &packed)
      let expected = Int(values[count - 1])
      let repeats = bench.scaled(200, smoke: 1)
      let bytes = packed
      try bench.measure(
        "unpack \(width) bits to 64", bytes: bytes.count * repeats, rows: count * repeats,
        expecting: expected
      ) {
        var last = 0
        for _ in 0..<repeats {
          let read: [Int64] = BitPacking.unpack(
            bytes, 0..<bytes.count, count: count, width: width, base: 0, scale: 1)
          last = Int(read[count - 1])
        }
        return last
      }
      guard width <= 32 else { continue }
      try bench.measure(
        "unpack \(width) bits to 32", bytes: bytes.count * repeats, rows: count * repeats,
        expecting: expected
      ) {
        var last = 0
        for _ in 0..<repeats {
          let read: [UInt32] = BitPacking.unpack(
            bytes, 0..<bytes.count, count: count, width: width, base: 0)
          last = Int(read[count - 1])
        }
        return last
      }
      try bench.measure(
        "pack \(width) bits", bytes: bytes.count * repeats, rows: count * repeats,
        expecting: bytes.count
      ) {
        var size = 0
        for _ in 0..<repeats {
          var packed: [UInt8] = []
          BitPacking.pack(values.span, base: 0, width: width, into: &packed)
          size = packed.count
        }
        return size
      }
      try bench.measure("checksum", bytes: bytes.count * repeats, expecting: Checksum.crc32c(bytes))
      {
        var sum: UInt32 = 0
        for _ in 0..<repeats { sum = Checksum.crc32c(bytes) }
        return sum
      }
    }
  }

  private static func plays(_ bench: Measurement) throws {
    let rows = bench.scaled(1_650_000, smoke: 70_000)
    for oneDay in [true, false] {
      let name = oneDay ? "plays of a day" : "plays of three days"
      var plays = PlayStream(users: 1_000_000, songs: 100_000, oneDay: oneDay)
      var batches: [ColumnBatch] = []
      var made = 0
      while made < rows {
        batches.append(plays.batch(rows: min(16_384, rows - made)))
        made += batches[batches.count - 1].rowCount
      }
      let all = batches
      let bytes = try write(all)
      try bench.measure("write \(name)", bytes: bytes.count, rows: rows, expecting: bytes.count) {
        try write(all).count
      }
      let file = try ColumnFile(MemorySource(bytes))
      for (column, description) in file.describe().columns.enumerated() {
        try bench.measure(
          "read \(description.field.name) of \(name)", bytes: description.bytes, rows: rows,
          expecting: rows
        ) { try read(bytes, [column]) }
      }
      try bench.measure("read \(name)", bytes: bytes.count, rows: rows, expecting: rows) {
        try read(bytes, Array(0..<6))
      }
      describe(file)
    }
  }

  /// The rows of a day of a table without an order, whose track ids are codes of its lake.
  private static func listens(_ bench: Measurement) throws {
    let rows = bench.scaled(330_000, smoke: 70_000)
    var listens = ListenStream()
    let batches = (0..<(rows + 9999) / 10_000).map { part in
      listens.batch(rows: min(10_000, rows - part * 10_000))
    }
    var options = WriteOptions()
    options.mayReorder = true
    let chosen = options
    let bytes = try write(batches, chosen)
    try bench.measure(
      "write listens of a day", bytes: bytes.count, rows: rows, expecting: bytes.count
    ) {
      try write(batches, chosen).count
    }
    let binding = ["track_id": DictionaryBinding(dictionary: listens.tracks, extensionCodes: [])]
    try bench.measure(
      "read listens of a day", bytes: bytes.count, rows: rows, expecting: rows
    ) { try read(bytes, Array(0..<3), binding) }
    describe(try ColumnFile(MemorySource(bytes), dictionaries: binding))
  }

  private static func write(
    _ batches: [ColumnBatch], _ options: WriteOptions = WriteOptions()
  ) throws -> [UInt8] {
    var writer = try ColumnFileWriter(batches[0].schema, options)
    var bytes: [UInt8] = []
    for batch in batches {
      try writer.append(batch)
      bytes += writer.drain()
    }
    return try bytes + writer.finish()
  }

  private static func read(
    _ bytes: [UInt8], _ columns: [Int], _ dictionaries: [String: DictionaryBinding] = [:]
  ) throws -> Int {
    let file = try ColumnFile(MemorySource(bytes), dictionaries: dictionaries)
    var rows = 0
    for block in 0..<file.blockCount {
      rows += try file.read(columns: columns, block: block).columns[0].count
    }
    return rows
  }

  private static func describe(_ file: ColumnFile) {
    let description = file.describe()
    Report.line("  \(rounded(description.bytesPerRow)) bytes a row in all")
    for column in description.columns {
      let forms = column.encodings.map { "\($0.name) × \($0.pages)" }.joined(separator: ", ")
      Report.line(
        "  \(rounded(column.bytesPerRow(description.rows))) \(column.field.name): \(forms); "
          + "map \(column.mapBytes), dictionary \(column.dictionaryBytes), "
          + "zstd × \(column.compressedPages)")
    }
  }

  private static func rounded(_ number: Double) -> String { "\((number * 1000).rounded() / 1000)" }
}

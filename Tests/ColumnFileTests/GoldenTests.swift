import Bytes
import Columns
import TestSupport
import Testing

@testable import ColumnFile

/// Files of released versions, which are read for ever, and files that are refused for ever.
///
/// `RECORD=1` writes them again and fails, so that it is never left on.
@Suite struct `Golden files` {
  private static let folder = "Tests/ColumnFileTests/Golden"

  private static func options() -> WriteOptions {
    var options = WriteOptions()
    options.blockRows = 150
    return options
  }

  private static let batches: [(name: String, batch: ColumnBatch)] = [
    ("empty", ColumnBatch(Sample.schema, Sample.batch(rows: 0, nulls: 0, seed: 1).columns)),
    ("one-row", Sample.batch(rows: 1, nulls: 0, seed: 2)),
    ("all-types", Sample.batch(rows: 40, nulls: 0, seed: 3)),
    ("nulls", Sample.batch(rows: 40, nulls: 0.4, seed: 4)),
    ("encodings", `Fuzzed files`.sample()),
    ("ranks", `Columns stored as ranks`.batch(rows: 3000)),
    ("sums", sums),
  ]

  /// Numbers of which the sums of blocks are kept.
  private static let sums = ColumnBatch(
    Schema([Field("n", .bigint), Field("all", .bigint)]),
    [
      Column(
        .bigint, .integers((0..<400).map { $0 * $0 % 991 - 300 }),
        validity: Bitmap((0..<400).map { $0 % 7 != 0 })),
      Column(.bigint, .integers((0..<400).map { -$0 })),
    ])

  @Test func `of version 1 are read`() throws {
    for (name, batch) in Self.batches {
      let path = "\(Self.folder)/v1/\(name).groove"
      if Environment.value(of: "RECORD") != nil {
        let bytes =
          name == "ranks"
          ? try `Columns stored as ranks`.bytes(batch, blockRows: 1500)
          : try Sample.write([batch], Self.options())
        try Self.write(bytes, to: path)
        Issue.record("recorded \(path)")
      }
      let file = try ColumnFile(FileSource("\(PackageTree.root)/\(path)"))
      #expect(file.schema == batch.schema)
      #expect(try Sample.cells(file) == Sample.cells([batch]), "\(name)")
      let hasSums = (0..<file.blockCount).contains { file.zone(column: 1, block: $0).sum != nil }
      #expect(hasSums == (name == "sums"), "\(name)")
      _ = try file.verify()
    }
  }

  @Test func `that are damaged or newer are refused with a sentence`() throws {
    let refused = try Self.refused()
    for (name, kind, bytes) in refused {
      let path = "\(Self.folder)/refused/\(name).groove"
      if Environment.value(of: "RECORD") != nil {
        try Self.write(bytes, to: path)
        Issue.record("recorded \(path)")
      }
      let error = #expect(throws: ColumnFileError.self) {
        _ = try Sample.cells(ColumnFile(FileSource("\(PackageTree.root)/\(path)")))
      }
      #expect(error?.kind == kind, "\(name): \(String(describing: error))")
    }
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    let path = "\(PackageTree.root)/\(path)"
    try FileSystem.makeFolders(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    try File(path, .creating).write(bytes.span)
  }

  private static func refused() throws -> [(String, ColumnFileError.Kind, [UInt8])] {
    let good = try Sample.write([Sample.batch(rows: 40, nulls: 0.4, seed: 4)])
    var newer = good
    newer[4] = 2
    newer[newer.count - 8] = 2
    var flipped = good
    flipped[20] ^= 1
    var empty = Footer()
    empty.blockRows = []
    var features = empty.encoded()
    features[0] = 1
    func file(_ footer: [UInt8]) -> [UInt8] {
      var writer = ByteWriter()
      writer.append(good[..<8])
      writer.append(footer)
      writer.u32(UInt32(footer.count))
      writer.u32(Checksum.crc32c(footer))
      writer.append(good[(good.count - 8)...])
      return writer.finish()
    }
    let manyColumns = Array(empty.encoded().dropLast()) + [0xFF, 0xFF, 0xFF, 0x7F]
    return [
      ("newer", .newer, newer), ("unknown-feature", .newer, file(features)),
      ("flipped", .damaged, flipped), ("cut", .damaged, Array(good.dropLast(30))),
      ("nothing", .damaged, []), ("csv", .damaged, Array("user_id,track_id\n1,2\n".utf8)),
      ("too-many-columns", .damaged, file(manyColumns)),
    ]
  }
}

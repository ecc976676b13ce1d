import Bytes
import ColumnFile
import Columns
import TestSupport
import Testing

@Suite struct `A column with a shared dictionary` {
  private static let known = TextVector(["s0", "s1", "s2"])
  private static let shared = SharedDictionary(name: "songs", generation: 1, count: 3)

  private static func file(_ bindings: [String: DictionaryBinding]) throws -> ColumnFile {
    var texts = Self.known
    texts.append("new b")
    texts.append("new a")
    let dictionary = TextDictionary(texts, shared: Self.shared)
    let column = Column(.text, .codes([2, 4, 0, 3, 4], dictionary))
    let batch = ColumnBatch(Schema([Field("song_id", .text)]), [column])
    return try ColumnFile(MemorySource(try Sample.write([batch, batch])), dictionaries: bindings)
  }

  @Test func `stores known texts as codes and brings the others along`() throws {
    let file = try Self.file([:])
    #expect(file.sharedDictionaries.map { $0.dictionary } == [Self.shared])
    #expect(file.sharedDictionaries.map { $0.column } == [0])
    let texts = try file.extensionTexts(ofColumn: 0)
    #expect((0..<texts.count).map { texts[$0] }.sorted() == ["new a", "new b"])
  }

  @Test func `is read with the codes of its lake`() throws {
    let texts = try Self.file([:]).extensionTexts(ofColumn: 0)
    // The lake has meanwhile learnt another text, and the new ones in an order of its own.
    let lake = ["s0", "s1", "s2", "other", "new a", "new b"]
    let now = SharedDictionary(name: "songs", generation: 3, count: 6)
    let dictionary = TextDictionary(TextVector(lake), shared: now)
    let codes = (0..<texts.count).map { UInt32(lake.firstIndex(of: texts[$0]) ?? 0) }
    let binding = DictionaryBinding(dictionary: dictionary, extensionCodes: codes)
    let file = try Self.file(["song_id": binding])
    let column = try file.read(columns: [0], block: 0).columns[0]
    guard case .codes(let read, let same) = column.values else {
      Issue.record("codes")
      return
    }
    #expect(same === dictionary)
    #expect(read.prefix(5) == [2, 4, 0, 5, 4])
  }

  @Test func `is refused without its dictionary or with an older one`() throws {
    let older = TextDictionary(
      TextVector(["s0"]), shared: SharedDictionary(name: "songs", generation: 0, count: 1))
    let whole = TextDictionary(Self.known, shared: Self.shared)
    let bindings: [[String: DictionaryBinding]] = [
      [:], ["song_id": DictionaryBinding(dictionary: older, extensionCodes: [0, 0])],
      ["song_id": DictionaryBinding(dictionary: whole, extensionCodes: [0])],
      ["song_id": DictionaryBinding(dictionary: whole, extensionCodes: [0, 7])],
    ]
    for binding in bindings {
      let file = try Self.file(binding)
      let error = #expect(throws: ColumnFileError.self) { try file.read(columns: [0], block: 0) }
      #expect(error?.kind == .dictionary)
    }
  }

  @Test func `refuses batches of different generations`() throws {
    var writer = try ColumnFileWriter(Schema([Field("song_id", .text)]))
    for generation in 1...2 {
      let dictionary = TextDictionary(
        Self.known, shared: SharedDictionary(name: "songs", generation: generation, count: 3))
      let batch = ColumnBatch(writer.schema, [Column(.text, .codes([0], dictionary))])
      if generation == 1 {
        try writer.append(batch)
      } else {
        #expect(throws: ColumnFileError.self) { try writer.append(batch) }
      }
    }
  }

  @Test func `knows numbered dictionaries by their affix, whatever a page shows of it`() throws {
    // Only the first of two pages has leading zeros.
    let first = (0..<300_000).map { number in
      "U" + String(repeating: "0", count: 6 - String(number).count) + "\(number)"
    }
    let cases: [(texts: [String], isNumbered: Bool)] = [
      (first, true), (Array(first.dropFirst(7)), true), (["7", "8", "9", "10", "11"], true),
      (first.reversed(), false), (first.filter { $0 != "U262150" }, false),
      (first.map { $0 == "U262150" ? "V262150" : $0 }, false), (["a", "b"], false), ([], false),
    ]
    for (texts, isNumbered) in cases {
      let vector = TextVector(texts)
      let object = DictionaryFile(name: "users", generation: 1, firstCode: 0, texts: vector)
      let read = try DictionaryFile(object.encoded(), source: "test")
      #expect(read.texts == vector && read.count == texts.count)
      #expect((read.numbering != nil) == isNumbered, "\(texts.prefix(3)) and more")
    }
  }

  @Test func `has dictionary objects that come back or are refused`() throws {
    let texts = TextVector((0..<1000).map { "id \($0 * 7919 % 1000)" })
    let object = DictionaryFile(name: "songs", generation: 4, firstCode: 17, texts: texts)
    let bytes = object.encoded()
    let read = try DictionaryFile(bytes, source: "test")
    #expect(read.texts == texts)
    #expect(read.name == "songs" && read.generation == 4 && read.firstCode == 17)
    for index in stride(from: 0, to: bytes.count, by: 7) {
      var changed = bytes
      changed[index] ^= 4
      #expect(throws: ColumnFileError.self) { try DictionaryFile(changed, source: "test") }
      #expect(throws: ColumnFileError.self) {
        try DictionaryFile(Array(bytes[..<index]), source: "test")
      }
    }
  }
}

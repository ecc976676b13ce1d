package import Bytes
import Columns

extension Commit {
  func json(version: Int) -> JSON {
    var members: [JSON.Member] = [
      .init("groove", .text("commit")), .init("format", .count(RecordFrame.format)),
      .init("version", .count(version)), .init("base", .count(version - 1)),
      .init("kind", .text(kind)), .init("time", .integer(time)), .init("writer", .text(writer)),
    ]
    if let pack { members.append(.init("pack", pack.json)) }
    func add(_ name: String, _ values: [JSON]) {
      if !values.isEmpty { members.append(.init(name, .list(values))) }
    }
    add("removedSegments", removedSegments.map { .text($0) })
    add("addedSegments", addedSegments.map(\.json))
    add("ledger", ledger.map(\.json))
    add("dictionaryParts", dictionaryParts.map(\.json))
    add("removedRuns", removedRuns.map { .text($0) })
    add("addedRuns", addedRuns.map(\.json))
    add("freshSlots", freshSlots.map(\.json))
    add("staleSlots", staleSlots.map(\.json))
    return .object(members)
  }

  /// Reads the commit that `version` says it is.
  init(_ fields: RecordFields, version: Int) throws(LakeError) {
    guard try fields.count("version") == version else {
      throw .damaged(fields.name, "it holds another version than its name says")
    }
    kind = try fields.text("kind")
    time = try fields.integer("time")
    writer = try fields.text("writer")
    pack = try PackText(in: fields)
    removedSegments = try fields.texts("removedSegments")
    addedSegments = try fields.map("addedSegments", SegmentEntry.init)
    ledger = try fields.map("ledger", LedgerEntry.init)
    dictionaryParts = try fields.map("dictionaryParts", DictionaryPart.init)
    removedRuns = try fields.texts("removedRuns")
    addedRuns = try fields.map("addedRuns", TableRunEntry.init)
    freshSlots = try fields.map("freshSlots", TableSlot.init)
    staleSlots = try fields.map("staleSlots", TableSlot.init)
  }
}

extension PackText {
  var json: JSON { .members(["name": .text(name), "text": .text(text)]) }

  /// The pack of a record, where it has one.
  init?(in fields: RecordFields) throws(LakeError) {
    guard let json = fields.json["pack"] else { return nil }
    let pack = RecordFields(json: json, name: fields.name)
    self.init(name: try pack.text("name"), text: try pack.text("text"))
  }
}

extension SegmentEntry {
  package var json: JSON {
    var members: [JSON.Member] = [.init("table", .text(table))]
    if let partition { members.append(.init("partition", .integer(Int64(partition)))) }
    members += [
      .init("object", .text(object)), .init("rows", .count(rows)), .init("bytes", .count(bytes)),
    ]
    if !dictionaries.isEmpty {
      members.append(.init("dictionaries", .list(dictionaries.map(\.json))))
    }
    return .object(members)
  }

  init(_ fields: RecordFields) throws(LakeError) {
    self.init(
      table: try fields.text("table"), partition: try fields.partition("partition"),
      object: try fields.text("object"), rows: try fields.count("rows"),
      bytes: try fields.count("bytes"),
      dictionaries: try fields.map("dictionaries", DictionaryUse.init))
  }
}

extension DictionaryUse {
  var json: JSON {
    .members([
      "column": .text(column), "name": .text(base.name), "generation": .count(base.generation),
      "count": .count(base.count),
    ])
  }

  init(_ fields: RecordFields) throws(LakeError) {
    self.init(
      column: try fields.text("column"),
      base: SharedDictionary(
        name: try fields.text("name"), generation: try fields.count("generation"),
        count: try fields.count("count")))
  }
}

extension LedgerEntry {
  package var json: JSON {
    .members([
      "table": .text(table), "source": .text(source), "hash": .text(contentHash),
      "bytes": .count(bytes), "read": .count(rowsRead), "kept": .count(rowsKept),
      "rejected": .count(rowsRejected), "duplicates": .count(duplicates),
      "archive": .text(archive), "version": .count(version),
    ])
  }

  init(_ fields: RecordFields) throws(LakeError) {
    self.init(
      table: try fields.text("table"), source: try fields.text("source"),
      contentHash: try fields.text("hash"), bytes: try fields.count("bytes"),
      rowsRead: try fields.count("read"), rowsKept: try fields.count("kept"),
      rowsRejected: try fields.count("rejected"), duplicates: try fields.count("duplicates"),
      archive: try fields.text("archive"), version: try fields.count("version"))
  }
}

extension DictionaryPart {
  var json: JSON {
    .members([
      "name": .text(name), "object": .text(object), "first": .count(first),
      "count": .count(count),
    ])
  }

  init(_ fields: RecordFields) throws(LakeError) {
    self.init(
      name: try fields.text("name"), object: try fields.text("object"),
      first: try fields.count("first"), count: try fields.count("count"))
  }
}

extension TableSlot {
  var json: JSON {
    .members([
      "table": .text(table), "partition": partition.map { .integer(Int64($0)) } ?? .null,
    ])
  }

  init(_ fields: RecordFields) throws(LakeError) {
    self.init(table: try fields.text("table"), partition: try fields.partition("partition"))
  }
}

extension TableRunEntry {
  var json: JSON {
    .members([
      "table": .text(slot.table), "partition": slot.partition.map { .integer(Int64($0)) } ?? .null,
      "object": .text(object), "rows": .count(rows), "bytes": .count(bytes),
    ])
  }

  init(_ fields: RecordFields) throws(LakeError) {
    self.init(
      slot: try TableSlot(fields), object: try fields.text("object"),
      rows: try fields.count("rows"), bytes: try fields.count("bytes"))
  }
}

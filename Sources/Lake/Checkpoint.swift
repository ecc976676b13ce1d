import Bytes

/// A checkpoint is the whole snapshot in one object, so that opening a lake reads that and the few
/// commits behind it. The ledger, which only a run asks, stands in pages of its own: a checkpoint
/// adds one page with the entries since the last, and merges pages of like size, so that there are
/// never more than a few of them and an entry is written again only a logarithmic number of times.
struct LedgerPage: Sendable, Hashable {
  var object: String
  var count: Int

  var json: JSON { .members(["object": .text(object), "count": .count(count)]) }

  init(object: String, count: Int) {
    self.object = object
    self.count = count
  }

  init(_ fields: RecordFields) throws(LakeError) {
    object = try fields.text("object")
    count = try fields.count("count")
  }
}

extension Snapshot {
  /// The checkpoint's record, the ledger's pages being written already.
  func checkpointJSON() -> JSON {
    var members: [JSON.Member] = [
      .init("groove", .text("checkpoint")), .init("format", .count(RecordFrame.format)),
      .init("version", .count(version)), .init("time", .integer(time)),
    ]
    if let pack { members.append(.init("pack", pack.json)) }
    let parts = dictionaries.values.sorted { $0.name < $1.name }
    members += [
      .init("segments", .list(segments.map(\.json))),
      .init("runs", .list(runs.map(\.json))),
      .init(
        "staleSlots",
        .list(
          staleSlots.sorted {
            ($0.table, $0.partition ?? .min) < ($1.table, $1.partition ?? .min)
          }.map(\.json))),
      .init(
        "dictionaries",
        .list(
          parts.map { state in
            .members([
              "name": .text(state.name), "generation": .count(state.generation),
              "parts": .list(state.parts.map(\.json)),
            ])
          })), .init("ledgerPages", .list(ledgerPages.map(\.json))),
    ]
    return .object(members)
  }

  init(checkpoint fields: RecordFields, version: Int) throws(LakeError) {
    guard try fields.count("version") == version else {
      throw .damaged(fields.name, "it holds another version than its name says")
    }
    self.version = version
    checkpoint = version
    time = try fields.integer("time")
    pack = try PackText(in: fields)
    for segment in try fields.map("segments", SegmentEntry.init) {
      segmentsByObject[segment.object] = segment
    }
    for run in try fields.map("runs", TableRunEntry.init) { runsByObject[run.object] = run }
    staleSlots = Set(try fields.map("staleSlots", TableSlot.init))
    for state in try fields.list("dictionaries") {
      var dictionary = DictionaryState(name: try state.text("name"))
      dictionary.generation = try state.count("generation")
      dictionary.parts = try state.map("parts", DictionaryPart.init)
      dictionaries[dictionary.name] = dictionary
    }
    ledgerPages = try fields.map("ledgerPages", LedgerPage.init)
  }
}

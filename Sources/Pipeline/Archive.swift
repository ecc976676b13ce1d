import Bytes
import Columns
import Lake
import Objects

/// What becomes of files after the commit, and of what was refused.
///
/// Every step can be done twice: a run that was killed between two of them leaves the rest to the
/// next run, which finds the same names by the ledger.
enum Archive {
  /// `archive/2024-06-25/streams/<name>.<hash>.csv`: equal names do not overwrite each other.
  static func name(of arrival: Incoming.Arrival, hash: String, time: Int64) -> String {
    let day = Calendar.text(days: Int32(Calendar.split(timestamp: time).days))
    return "archive/\(day)/\(marked(arrival, hash))"
  }

  /// `<table>/<name>.<hash>.csv`. A name that would become too long for a file system is cut; the
  /// hash still tells it from others.
  static func marked(_ arrival: Incoming.Arrival, _ hash: String) -> String {
    var name = arrival.source
    if name.hasPrefix("\(arrival.table)/") { name.removeFirst(arrival.table.count + 1) }
    let lowered = name.lowercased()
    let ending = Incoming.endings.first { lowered.hasSuffix($0) } ?? ""
    let mark = ".\(hash)\(name.suffix(ending.count))"
    var stem = name.dropLast(ending.count)
    let start = stem.lastIndex(of: "/").map { stem.index(after: $0) } ?? stem.startIndex
    let room = mostNameBytes - mark.utf8.count - rejectionsEnding.utf8.count
    while stem[start...].utf8.count > room { stem.removeLast() }
    return "\(arrival.table)/\(stem)\(mark)"
  }

  /// What common file systems take.
  private static let mostNameBytes = 255

  /// Moves a file whose content the ledger has to its place in the archive; what stands there has
  /// the same bytes. A file that was written anew since it was read stays where it is: it is
  /// another one.
  static func keep(
    _ arrival: Incoming.Arrival, as entry: LedgerEntry, in store: any ObjectStore
  ) throws(ObjectError) -> Bool {
    try store.move(arrival.object, to: entry.archive, ifStill: arrival.revision)
  }

  static let refusedFolder = "logs/invalid/"
  /// Behind the name of a refused file: why it was, for people and programs.
  static let errorEnding = ".error.json"
  /// Behind the name of a file with rejected rows: those rows. No other ending is longer.
  private static let rejectionsEnding = ".rejected.jsonl"

  /// Moves a refused file away, with the reason beside it, so that it blocks no later run. The
  /// reason is written first: a file that is gone from `incoming/` always has one.
  static func refuse(
    _ arrival: Incoming.Arrival, _ report: RunReport.FileReport, _ rejections: [Rejection],
    in store: any ObjectStore
  ) throws(ObjectError) {
    let name = refusedFolder + marked(arrival, report.contentHash)
    try store.put(name + errorEnding, report.json.bytes(indented: true))
    try putRejections(rejections, of: arrival, report, in: store)
    _ = try store.move(arrival.object, to: name, ifStill: arrival.revision)
  }

  /// Where the rejected rows of a file are kept.
  static func rejectionsName(_ arrival: Incoming.Arrival, _ hash: String) -> String {
    refusedFolder + marked(arrival, hash) + rejectionsEnding
  }

  /// Writes the rejected rows of a file, a line of JSON each.
  static func putRejections(
    _ rejections: [Rejection], of arrival: Incoming.Arrival, _ report: RunReport.FileReport,
    in store: any ObjectStore
  ) throws(ObjectError) {
    if rejections.isEmpty { return }
    var bytes: [UInt8] = []
    for rejection in rejections.sorted(by: { $0.record < $1.record }) {
      rejection.json.write(into: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    }
    try store.put(rejectionsName(arrival, report.contentHash), bytes)
  }
}

extension Rejection {
  var json: JSON {
    .members([
      "source": .text(source), "record": .count(record), "line": .count(line),
      "byte": .count(byteOffset), "column": .optional(column), "reason": .text(reason),
      "raw": .text(String(decoding: rawText, as: UTF8.self)),
    ])
  }
}

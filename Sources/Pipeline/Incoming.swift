import Bytes
import Objects

/// The files that have arrived, by the table they are for.
struct Incoming: Sendable {
  struct Arrival: Sendable, Hashable {
    let table: String
    /// The object's name in the store.
    let object: String
    /// The name in the ledger: what stands behind `incoming/`.
    let source: String
    let size: Int
    /// Tells whether the object is still the one that was found; nil where nobody knows.
    let revision: String?
    /// When it was last written, in microseconds since 1970.
    let modified: Int64?

    init(
      table: String, object: String, source: String, size: Int, revision: String? = nil,
      modified: Int64? = nil
    ) {
      self.table = table
      self.object = object
      self.source = source
      self.size = size
      self.revision = revision
      self.modified = modified
    }
  }

  static let folder = "incoming/"
  static let endings = [".csv", ".csv.gz", ".csv.zst"]

  /// In the order of their source names, which is the order of rows within a commit.
  var arrivals: [Arrival]
  /// Objects that are for no table, or that are no CSV.
  var ignored: [String]

  static func find(in store: any ObjectStore, tables: [String]) throws(ObjectError) -> Incoming {
    let page = try store.listAll(folder)
    var incoming = Incoming(arrivals: [], ignored: page.unreadableNames)
    for object in page.objects {
      let source = String(object.name.dropFirst(folder.count))
      guard let table = table(of: source, among: tables) else {
        incoming.ignored.append(object.name)
        continue
      }
      incoming.arrivals.append(
        Arrival(
          table: table, object: object.name, source: source, size: object.size,
          revision: object.revision, modified: object.modified))
    }
    incoming.arrivals.sort { ObjectName.precedes($0.source, $1.source) }
    return incoming
  }

  /// The table of `<table>/**.csv` or `<table>*.csv`; of several that fit, the longest name.
  static func table(of source: String, among tables: [String]) -> String? {
    let lowered = source.lowercased()
    guard endings.contains(where: { lowered.hasSuffix($0) }) else { return nil }
    if let slash = source.utf8.firstIndex(of: UInt8(ascii: "/")) {
      let folder = source[..<slash]
      return tables.first { $0 == folder }
    }
    return tables.filter { source.hasPrefix($0) }.max { $0.utf8.count < $1.utf8.count }
  }
}

import Bytes
import Columns
import Lake
import Objects
import Packs
import Pipeline
import Tables
import TestSupport

/// A small world for runs: a pack of two tables, files as texts, and what a lake holds in the end.
struct SmallLake {
  static let packText = """
    CREATE TABLE songs (
      song_id TEXT PRIMARY KEY ACROSS FILES KEEP LAST, title TEXT, genre TEXT);
    CREATE TABLE streams (
      stream_id TEXT PRIMARY KEY WITHIN PARTITION KEEP FIRST,
      song_id TEXT NOT NULL REFERENCES songs,
      timestamp TIMESTAMP NOT NULL,
      duration_ms BIGINT NOT NULL CHECK (duration_ms >= 0)
    ) PARTITION BY date(timestamp);
    """
  static let kpiText = """
    CREATE KPI TABLE genre_plays PARTITION KEY genre SORT KEY date AS
    SELECT genre, date(timestamp) AS date, count(*) AS plays, sum(duration_ms) AS listened
    FROM streams LEFT JOIN songs USING (song_id)
    WHERE genre IS NOT NULL GROUP BY genre, date;
    CREATE KPI TABLE song_plays PARTITION KEY song_id AS
    SELECT song_id, count(*) AS plays FROM streams GROUP BY song_id;
    """

  let store: any ObjectStore

  init(_ store: any ObjectStore) { self.store = store }

  static func pack() throws -> Pack { try Pack.parse(text: packText + kpiText, name: "small") }

  /// What must be the same whichever way a lake came to it: rows, ledger, items, files.
  func state() throws -> [String] {
    let lake = Lake(store)
    let snapshot = try lake.snapshot()
    var state = try rows(of: "songs").map { "song \($0)" }
    state += try rows(of: "streams").map { "stream \($0)" }
    state += try lake.ledger(of: snapshot).inOrder.map { entry in
      var entry = entry
      entry.version = 0
      return "ledger \(entry)"
    }.sorted()
    for run in snapshot.runs {
      let reader = try TableRunReader(try store.source(run.object))
      state += Self.texts(try reader.rows()).map { "\(run.slot) \($0)" }
    }
    state += snapshot.staleSlots.map { "stale \($0)" }.sorted()
    for folder in ["incoming/", "archive/", "logs/invalid/"] { state += try names(folder) }
    return state
  }

  static func options() throws -> RunOptions {
    var options = RunOptions()
    options.pack = try pack()
    options.time = 1_719_400_000_000_000
    options.threads = 2
    return options
  }

  func put(_ name: String, _ text: String) throws { try store.put(name, Array(text.utf8)) }

  func putFirstFiles() throws {
    try put(
      "incoming/songs/a.csv",
      """
      song_id,title,genre
      s1,One,pop
      s2,"Two, too",folk
      s1,Once more,rock

      """)
    try put(
      "incoming/streams/1.csv",
      """
      stream_id,song_id,timestamp,duration_ms
      p1,s1,2024-06-25 10:00:00,100
      p2,s2,2024-06-25 11:00:00,200
      p1,s2,2024-06-25 12:00:00,300
      p1,s2,2024-06-26 12:00:00,400
      p3,s9,2024-06-26 12:00:00,500

      """)
    try put(
      "incoming/streams2.csv",
      """
      timestamp,stream_id,song_id,duration_ms,extra
      2024-06-25 23:59:59,p2,s1,1,x
      2024-06-25 23:59:59,p4,s1,2,x
      2024-06-25 23:59:59,p5,s1,3,x
      2024-06-25 23:59:59,p6,s1,4,x
      2024-06-25 23:59:59,p7,s1,5,x
      2024-06-25 23:59:59,p8,s1,6,x
      2024-06-25 23:59:59,p9,s1,7,x
      2024-06-25 23:59:59,pa,s1,8,x
      2024-06-25 23:59:59,pb,s1,9,x
      2024-06-25 23:59:59,pc,s1,-10,x

      """)
  }

  func run(_ change: (inout RunOptions) -> Void = { _ in }) throws -> RunReport {
    var options = try Self.options()
    change(&options)
    return try Pipeline.run(store, options)
  }

  /// The rows of a curated table as texts, sorted.
  func rows(of table: String) throws -> [String] {
    let lake = Lake(store)
    let snapshot = try lake.snapshot()
    let reader = LakeReader(lake, snapshot)
    var rows: [String] = []
    for segment in snapshot.segments(of: table) {
      for batch in try reader.read(segment) { rows += Self.texts(batch) }
    }
    return rows.sorted()
  }

  static func texts(_ batch: ColumnBatch) -> [String] {
    (0..<batch.rowCount).map { row in
      batch.columns.map { $0.value(at: row).text ?? "NULL" }.joined(separator: ",")
    }
  }

  /// All items of a KPI table whose keys begin so.
  func items(_ table: String, _ key: String...) throws -> [String] {
    try Pipeline.get(store, table: table, KeyRange(key: key)).items.map(\.json.description)
  }

  func names(_ prefix: String) throws -> [String] {
    try store.listAll(prefix).objects.map(\.name)
  }
}

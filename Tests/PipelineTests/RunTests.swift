import Bytes
import Columns
import Lake
import Objects
import Packs
import Query
import TestSupport
import Testing

@testable import Pipeline

@Suite struct `A run` {
  static let streams = [
    "p1,s1,2024-06-25 10:00:00,100", "p1,s2,2024-06-26 12:00:00,400",
    "p2,s2,2024-06-25 11:00:00,200", "p3,s9,2024-06-26 12:00:00,500",
    "p4,s1,2024-06-25 23:59:59,2", "p5,s1,2024-06-25 23:59:59,3", "p6,s1,2024-06-25 23:59:59,4",
    "p7,s1,2024-06-25 23:59:59,5", "p8,s1,2024-06-25 23:59:59,6", "p9,s1,2024-06-25 23:59:59,7",
    "pa,s1,2024-06-25 23:59:59,8", "pb,s1,2024-06-25 23:59:59,9",
  ]

  @Test func `takes in what has arrived, once, and says what became of each row`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    let report = try lake.run()
    #expect(try lake.rows(of: "songs") == ["s1,One,pop", "s2,Two, too,folk"])
    #expect(try lake.rows(of: "streams") == Self.streams)
    #expect(report.files.map(\.source) == ["songs/a.csv", "streams/1.csv", "streams2.csv"])
    #expect(report.files.map(\.rowsRead) == [3, 5, 10])
    #expect(report.files.map(\.rowsKept) == [2, 4, 8])
    #expect(report.files.map(\.rowsRejected) == [0, 0, 1])
    #expect(report.files.map(\.duplicates) == [1, 1, 1])
    #expect(
      report.unmatched == [
        RunReport.UnmatchedReference(
          table: "streams", column: "song_id", references: "songs", rows: 1)
      ])
    #expect(try lake.names("incoming/").isEmpty)
    #expect(try lake.names("archive/2024-06-26/").count == 3)
    let rejected = try #require(report.files[2].keptAside)
    let line = String(decoding: try lake.store.get(rejected), as: UTF8.self)
    #expect(line.contains(#""record":10"#) && line.contains(#""column":"duration_ms""#))
  }

  @Test func `is a no-op for bytes that are in the lake, under any name`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    _ = try lake.run()
    let state = try lake.state()
    try lake.putFirstFiles()
    let text = String(decoding: try lake.store.get("incoming/streams2.csv"), as: UTF8.self)
    try lake.put("incoming/streams/another-name.csv", text)
    let version = try Lake(lake.store).snapshot().version
    let report = try lake.run()
    #expect(report.files.map(\.outcome) == [.known, .known, .known, .known])
    #expect(report.files[1].reason == "its bytes are in the lake already, as streams/1.csv")
    #expect(report.rowsRead == 0)
    #expect(try Lake(lake.store).snapshot().version == version)
    #expect(try lake.state() == state)
  }

  @Test func `takes the same bytes once when they arrive twice in one run`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    let text = String(decoding: try lake.store.get("incoming/streams2.csv"), as: UTF8.self)
    try lake.put("incoming/streams3.csv", text)
    let report = try lake.run()
    #expect(report.files.map(\.outcome) == [.committed, .committed, .committed, .known])
    #expect(try lake.rows(of: "streams") == Self.streams)
    #expect(try lake.names("incoming/").isEmpty)
  }

  @Test func `keeps the first row of a play and the last of a song, across runs`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    _ = try lake.run()
    try lake.put(
      "incoming/streams/late.csv",
      """
      stream_id,song_id,timestamp,duration_ms
      p1,s2,2024-06-25 01:00:00,1
      p1,s2,2024-06-27 01:00:00,1
      pz,s3,2024-06-25 01:00:00,2

      """)
    try lake.put("incoming/songs/b.csv", "song_id,title,genre\ns2,Two!,rock\ns3,Three,pop\n")
    let report = try lake.run()
    #expect(report.files.map(\.rowsKept) == [2, 2])
    #expect(report.files.map(\.duplicates) == [0, 1])
    #expect(try lake.rows(of: "songs") == ["s1,One,pop", "s2,Two!,rock", "s3,Three,pop"])
    #expect(
      try lake.rows(of: "streams")
        == (Self.streams + ["p1,s2,2024-06-27 01:00:00,1", "pz,s3,2024-06-25 01:00:00,2"])
        .sorted())
  }

  @Test func `refuses a file whole, and goes on with the others`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    try lake.put("incoming/streams/0.csv", "stream_id,song_id,timestamp\np0,s1,2024-06-25 1:1:1\n")
    try lake.put(
      "incoming/streams/00.csv",
      "stream_id,song_id,timestamp,duration_ms\np0,s1,2024-06-25 01:01:01,x\n"
        + "pq,s1,2024-06-25 01:01:01,1\n")
    try lake.put("incoming/other/x.csv", "a\n1\n")
    let report = try lake.run()
    #expect(
      report.files.map(\.outcome) == [.committed, .refused, .refused, .committed, .committed])
    #expect(report.files[1].reason?.contains("duration_ms") == true)
    #expect(report.files[2].reason?.contains("1 of its 2 rows (50.0 %)") == true)
    #expect(report.ignored == ["incoming/other/x.csv"])
    #expect(try lake.rows(of: "streams") == Self.streams)
    #expect(try lake.names("incoming/") == ["incoming/other/x.csv"])
    let kept = try lake.names("logs/invalid/streams/")
    #expect(kept.filter { $0.hasSuffix(".error.json") }.count == 2)
    // A refused file may come again.
    let again = try #require(kept.first { $0.hasSuffix(".csv") && $0.contains("/00.") })
    try lake.store.move(again, to: "incoming/streams/00.csv")
    let second = try lake.run { $0.maximumRejected = 0.5 }
    #expect(second.files.map(\.outcome) == [.committed])
    #expect(second.files.map(\.rowsRejected) == [1])
    #expect(try lake.rows(of: "streams").contains("pq,s1,2024-06-25 01:01:01,1"))
  }

  @Test func `keeps files whose names are as long as there can be`() throws {
    let folder = try TemporaryFolder()
    let lake = SmallLake(LocalStore(folder.path))
    let head = "stream_id,song_id,timestamp,duration_ms\n"
    let rows = ["p1,s1,2024-06-25 01:01:01,1\n", "p2,s1,2024-06-25 01:01:01,x\n"]
    // Names of 255 bytes, which differ at their end: one file is kept, one in part, one is not.
    let long = String(repeating: "日", count: 80)
    try lake.put("incoming/streams/\(long)aaaaaaaaaa1.csv", head + rows[0])
    try lake.put("incoming/streams/\(long)aaaaaaaaaa2.csv", head + rows[0] + rows[1])
    try lake.put("incoming/streams/\(long)aaaaaaaaaa3.csv", head + rows[1])
    let report = try lake.run { $0.maximumRejected = 0.5 }
    #expect(report.files.map(\.outcome) == [.committed, .committed, .refused])
    #expect(try lake.names("incoming/") == [])
    #expect(try lake.names("archive/").count == 2)
    let aside = try lake.names("logs/invalid/")
    #expect(aside.filter { $0.hasSuffix(".rejected.jsonl") }.count == 2)
    #expect(aside.filter { $0.hasSuffix(".error.json") }.count == 1)
    #expect(aside.filter { $0.hasSuffix(".csv") }.count == 1)
  }

  @Test func `brings the tables up to date: what is late, and what a song changes`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    let first = try lake.run()
    #expect(first.tables.map(\.table) == ["genre_plays", "song_plays"])
    #expect(first.tables.map(\.slots) == [2, 1])
    #expect(
      try lake.items("genre_plays", "pop") == [
        #"{"genre":"pop","date":"2024-06-25","plays":9,"listened":144}"#
      ])
    #expect(
      try lake.items("genre_plays", "folk", "2024-06-26") == [
        #"{"genre":"folk","date":"2024-06-26","plays":1,"listened":400}"#
      ])
    #expect(try lake.items("song_plays", "s2") == [#"{"song_id":"s2","plays":2}"#])
    // A late play of one date: only that date is computed again.
    try lake.put(
      "incoming/streams/late.csv",
      "stream_id,song_id,timestamp,duration_ms\npx,s1,2024-06-26 01:00:00,7\n")
    let late = try lake.run()
    #expect(late.tables.map(\.slots) == [1, 1])
    #expect(try lake.items("genre_plays", "pop").count == 2)
    // A song of one date only gets its genre.
    try lake.put("incoming/songs/c.csv", "song_id,title,genre\ns9,Nine,jazz\n")
    let corrected = try lake.run()
    #expect(corrected.tables.map(\.table) == ["genre_plays"])
    #expect(corrected.tables.map(\.slots) == [1])
    #expect(
      try lake.items("genre_plays", "jazz") == [
        #"{"genre":"jazz","date":"2024-06-26","plays":1,"listened":500}"#
      ])
    // The same songs again, in other bytes, change nothing.
    try lake.put("incoming/songs/d.csv", "title,song_id,genre\nNine,s9,jazz\n")
    let same = try lake.run()
    #expect(same.tables.isEmpty)
    #expect(same.segmentsAdded == 0)
    // A song that changes its genre leaves no item of the old one behind.
    try lake.put("incoming/songs/e.csv", "title,song_id,genre\nNine,s9,pop\n")
    _ = try lake.run()
    #expect(try lake.items("genre_plays", "jazz").isEmpty)
    let state = try lake.state()
    let rebuilt = try Pipeline.rebuild(lake.store, try SmallLake.options())
    #expect(rebuilt.tables.map(\.slots) == [2, 1])
    #expect(try lake.state() == state)
  }

  @Test func `can be made again from the archive, file by file, into the same tables`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    _ = try lake.run()
    try lake.put(
      "incoming/streams/late.csv",
      "stream_id,song_id,timestamp,duration_ms\npx,s1,2024-06-26 01:00:00,7\n"
        + "p1,s2,2024-06-25 01:00:00,8\n")
    try lake.put("incoming/songs/c.csv", "song_id,title,genre\ns9,Nine,jazz\ns1,One,pop\n")
    _ = try lake.run()
    let state = try lake.state()
    let again = try Pipeline.rebuildFromArchive(lake.store, try SmallLake.options())
    #expect(again.rowsRead == 22)
    #expect(try lake.state() == state)
    // A segment that went lost is made again.
    for segment in try Lake(lake.store).snapshot().segments {
      try lake.store.delete(segment.object)
    }
    _ = try Pipeline.rebuildFromArchive(lake.store, try SmallLake.options())
    #expect(try lake.state() == state)
    // A file of the archive that was changed is named, and so is one that it lacks.
    let archived = try #require(try lake.names("archive/").first)
    let bytes = try lake.store.get(archived)
    try lake.store.put(archived, bytes + Array("s8,Eight,pop\n".utf8))
    let changed = #expect(throws: PipelineError.self) {
      try Pipeline.rebuildFromArchive(lake.store, try SmallLake.options())
    }
    #expect(changed?.description.contains("\(archived): its bytes are not those") == true)
    #expect(try lake.state() == state)
    try lake.store.delete(archived)
    let error = #expect(throws: PipelineError.self) {
      try Pipeline.rebuildFromArchive(lake.store, try SmallLake.options())
    }
    #expect(error?.description.contains(archived) == true)
  }

  @Test func `is followed by a compaction that changes no row, and deletes what is old`() throws {
    let folder = try TemporaryFolder()
    let lake = SmallLake(LocalStore(folder.path))
    try lake.putFirstFiles()
    _ = try lake.run { $0.memoryBytes = 1 }
    try lake.put(
      "incoming/streams/late.csv",
      "stream_id,song_id,timestamp,duration_ms\npx,s1,2024-06-26 01:00:00,7\n")
    _ = try lake.run()
    let state = try lake.state()
    var options = try SmallLake.options()
    options.time = Clock.now()
    let report = try Pipeline.compact(lake.store, options)
    #expect(report.segmentsBefore > 3)
    #expect(report.segmentsAfter == 3)
    #expect(report.deleted.isEmpty)
    #expect(try lake.state() == state)
    options.time += 3_610_000_000
    let cleaned = try Pipeline.compact(lake.store, options, ageSeconds: 0)
    #expect(cleaned.deleted.count > report.segmentsBefore - 2)
    #expect(try lake.state() == state)
    let duplicates = try lake.rows(of: "streams")
    try lake.put(
      "incoming/streams/again.csv",
      "song_id,stream_id,timestamp,duration_ms\ns1,px,2024-06-26 01:00:00,7\n")
    #expect(try lake.run().duplicates == 1)
    #expect(try lake.rows(of: "streams") == duplicates)
  }

  /// A play of a song that nobody has named gives no item, and the table is there all the same.
  @Test func `has tables whose queries gave no rows yet`() throws {
    let store = MemoryStore()
    let lake = SmallLake(store)
    try lake.put(
      "incoming/streams/a.csv",
      "song_id,stream_id,timestamp,duration_ms\ns1,p1,2024-06-26 01:00:00,7\n")
    _ = try lake.run()
    let whole = Lake(store)
    let catalog = LakeCatalog(LakeReader(whole, try whole.snapshot()), try SmallLake.pack())
    let engine = QueryEngine(catalog)
    #expect(try engine.run("SELECT * FROM genre_plays").rowCount == 0)
    #expect(try engine.run("SELECT plays FROM song_plays WHERE song_id = 's1'").rowCount == 1)
    let table = try #require(try catalog.table("GENRE_PLAYS"))
    #expect(table.schema.fields.map(\.name) == ["genre", "date", "plays", "listened"])
  }

  @Test func `keeps apart two columns that refer to one table`() throws {
    let store = MemoryStore()
    let lake = SmallLake(store)
    let text = """
      CREATE TABLE songs (
        song_id TEXT PRIMARY KEY ACROSS FILES KEEP LAST, title TEXT, genre TEXT);
      CREATE TABLE streams (
        song_id TEXT NOT NULL REFERENCES songs, next_id TEXT REFERENCES songs,
        timestamp TIMESTAMP NOT NULL) PARTITION BY date(timestamp);
      """
    try lake.put("incoming/songs/a.csv", "song_id,title,genre\na,A,x\n")
    for (file, rows) in [("1", "a,b,\nc,a,\nc,d,\n"), ("2", "d,c,\nb,e,\n")] {
      let timed = rows.replacing(",\n", with: ",2024-06-25 01:00:00\n")
      try lake.put("incoming/streams/\(file).csv", "song_id,next_id,timestamp\n" + timed)
    }
    let pack = try Pack.parse(text: text, name: "two")
    let report = try lake.run { $0.pack = pack }
    let rows = try lake.rows(of: "streams").map { String($0.prefix(3)) }
    #expect(rows == ["a,b", "b,e", "c,a", "c,d", "d,c"])
    #expect(report.unmatched.map(\.column) == ["next_id", "song_id"])
    #expect(report.unmatched.map(\.rows) == [4, 4])
  }

  @Test func `leaves the dates that it is not asked for to a later run`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    let day = try #require(Calendar.days(text: "2024-06-25"))
    let first = try lake.run { $0.dates = day...day }
    #expect(first.slotsLeft == 1)
    #expect(try lake.items("genre_plays", "folk", "2024-06-26").isEmpty)
    _ = try lake.run()
    #expect(try lake.items("genre_plays", "folk", "2024-06-26").count == 1)
  }

  @Test func `reads the same from small chunks, flushed often, on any number of threads`() throws {
    let expected = SmallLake(MemoryStore())
    try expected.putFirstFiles()
    _ = try expected.run()
    for (threads, chunk, memory) in [(1, 16, 200), (2, 40, 1), (3, 100, 1 << 20)] {
      let lake = SmallLake(MemoryStore())
      try lake.putFirstFiles()
      let report = try lake.run { options in
        options.threads = threads
        options.chunkBytes = chunk
        options.memoryBytes = memory
      }
      #expect(report.flushes > 0 || memory == 1 << 20)
      #expect(try lake.state() == expected.state())
    }
  }

  @Test func `that is dry reports the same and changes nothing`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    let before = try #require(lake.store as? MemoryStore).contents
    let dry = try lake.run { $0.isDryRun = true }
    #expect(try #require(lake.store as? MemoryStore).contents == before)
    let real = try lake.run()
    func untimed(_ report: RunReport) -> [JSON] {
      report.files.map { file in
        var file = file
        file.seconds = 0
        return file.json
      }
    }
    #expect(untimed(dry) == untimed(real))
    #expect(dry.tables == real.tables)
  }

  @Test func `loses nothing when two run at once`() throws {
    let expected = SmallLake(MemoryStore())
    try expected.putFirstFiles()
    _ = try expected.run()
    for _ in 0..<10 {
      let lake = SmallLake(MemoryStore())
      try lake.putFirstFiles()
      _ = try Parallel.map(count: 4, threads: 4) { _ in _ = try lake.run() }
      #expect(try lake.state() == expected.state())
    }
  }
}

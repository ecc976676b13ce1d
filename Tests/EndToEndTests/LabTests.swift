import Bytes
import Foundation
import TestSupport
import Testing

/// The real files of the labs that the packs answer, where they lie beside the package: 89,741
/// songs, 50,000 users and 11,346 plays, against the oracle, which is not this engine.
@Suite struct `A lake of the lab's files` {
  static let lab = "\(PackageTree.root)/../shared/lab"
  static let isThere = FileManager.default.fileExists(atPath: "\(lab)/streams1.csv")
  static let reason: Comment = "the lab's files are not there: ../shared/lab"

  static let tables = [
    "spotify": ["genre_metrics", "top_3_songs", "top_5_genres", "hourly_kpis", "genre_kpis"],
    "spotify-minutes": ["music_kpis_table"],
    "spotify-glue": ["GENRE_KPIS", "TOP_SONGS", "TOP_GENRES"],
    "spotify-tracks": ["track_level_reports"],
  ]

  @Test(.enabled(if: isThere, reason), arguments: tables.keys.sorted())
  func `gives the oracle's tables`(pack: String) throws {
    let folder = try TemporaryFolder()
    let dumps = (Self.tables[pack] ?? []).map { table in
      "groove query 'SELECT * FROM \"\(table)\"' --lake lake --format csv > rows/\(table).csv"
    }
    let lines =
      [
        "mkdir -p lake/incoming rows", "cp '\(Self.lab)'/*.csv lake/incoming",
        "groove run lake --pack \(pack) --quiet",
      ] + dumps + [
        "python3 '\(PackageTree.root)/Data/oracle.py' '\(Self.lab)' --pack \(pack) --compare rows"
      ]
    let outcome = try Binary.shell(lines.joined(separator: " && "), in: folder.path)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
    #expect(outcome.output.split(separator: "\n").count == dumps.count)
  }

  /// The queries that a lab prints to look at its tables, as they stand there.
  @Test(.enabled(if: isThere, reason))
  func `answers the queries of the labs`() throws {
    let folder = try TemporaryFolder()
    let queries = """
      SELECT user_id, user_name, user_age, user_country, created_at
      FROM users
      LIMIT 5;
      SELECT id, track_id, track_name, artists, track_genre
      FROM songs
      LIMIT 5;
      SELECT user_id, track_id, listen_time
      FROM streams
      ORDER BY listen_time DESC
      LIMIT 5;
      SELECT track_genre, listen_count, avg_track_duration_ms, popularity_index, track_name
      FROM genre_kpis
      ORDER BY listen_count DESC
      LIMIT 5;
      SELECT hour, unique_listeners, total_plays, top_artist, track_diversity_index
      FROM hourly_kpis
      ORDER BY total_plays DESC
      LIMIT 5;
      """
    let glue = """
      SELECT * FROM "TOP_GENRES"
      WHERE "date" = '2024-06-25'
      ORDER BY "listen_count" DESC
      LIMIT 5;
      """
    for (pack, sql) in [("spotify", queries), ("spotify-glue", glue)] {
      let lines = [
        "mkdir -p \(pack)/incoming", "cp '\(Self.lab)'/*.csv \(pack)/incoming",
        "groove run \(pack) --pack \(pack) --quiet",
        "groove query \"$SQL\" --lake \(pack) --format jsonl",
      ]
      let outcome = try Binary.shell(
        lines.joined(separator: " && "), in: folder.path, environment: ["SQL": sql])
      #expect(outcome.status == 0, "\(outcome.error)")
      let rows = outcome.output.split(separator: "\n")
      #expect(rows.count == sql.split(separator: ";").count { !$0.allSatisfy(\.isWhitespace) } * 5)
    }
  }
}

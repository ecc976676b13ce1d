import Bytes
import Foundation
import TestSupport
import Testing

/// A pack that somebody wrote for data that are not music, from the files to the tables, through
/// the built program, against rows that plain Python computed.
@Suite struct `A pack of one's own` {
  static let sources = "\(PackageTree.root)/Tests/EndToEndTests/OwnPack"

  @Test func `is checked, run, queried and looked up like those that are built in`() throws {
    let folder = try TemporaryFolder()
    let made = try Binary.shell(
      """
      python3 '\(Self.sources)/oracle.py' lake expected
      cp '\(Self.sources)/web.sql' lake/groove.sql
      """,
      in: folder.path)
    #expect(made.status == 0, "\(made.error)")
    let counts = made.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }

    let check = try Binary.shell("groove pack check lake/groove.sql --format csv", in: folder.path)
    let upkeep = """
      KPI table,partition key,sort key,from,after new rows
      site_days,site,day,"sites, requests",their dates
      slowest,"day, region","","sites, requests",their dates
      statuses,status,"","sites, requests",full rescan

      """
    #expect(check.output == upkeep && check.status == 0, "\(check.error)")

    let run = try Binary.shell("groove run lake --quiet", in: folder.path)
    #expect(run.status == 1 && run.error.isEmpty, "rows were refused: \(run.error)")
    for table in ["site_days", "slowest", "statuses"] {
      let path = "\(folder.path)/expected/\(table).csv"
      let lines = String(decoding: try File.contents(of: path), as: UTF8.self).components(
        separatedBy: "\n")
      let answer = try Binary.shell(
        "groove query 'SELECT \(lines[0]) FROM \(table)' --lake lake --format csv", in: folder.path)
      #expect(answer.output.components(separatedBy: "\n").sorted() == lines.sorted(), "\(table)")
    }
    let count = try Binary.shell(
      "groove query 'SELECT count(*) FROM requests' --lake lake --format csv", in: folder.path)
    #expect(count.output == "count_star()\n\(counts.first ?? -1)\n")
    let item = try Binary.shell("groove get lake statuses 404 --json", in: folder.path)
    #expect(item.status == 0 && item.output.contains("busiest"), "\(item.error)")
    let again = try Binary.shell("groove rebuild lake --quiet", in: folder.path)
    #expect(again.status == 0, "\(again.error)")
  }

  @Test(
    arguments: [
      ("count(*) AS n", "sum(path) AS n", "sum(path)", "sum takes numbers, not TEXT"),
      ("count(*) AS n", "count(*) AS n, lower(status) AS s", "lower(status)", "lower"),
      ("count(*) AS n", "count(*) AS n, path", "path", "neither grouped nor aggregated"),
      ("status >= 100", "status", "status)", "CHECK"),
      ("PARTITION KEY status", "PARTITION KEY share", "share", "share"),
      ("FROM requests", "FROM request", "request", "Did you mean `requests`?"),
    ])
  func `is refused with a caret where its types do not fit`(
    old: String, new: String, marked: String, message: String
  ) throws {
    let text = """
      CREATE TABLE requests (
        path TEXT, status BIGINT CHECK (status >= 100), seconds DOUBLE, at TIMESTAMP NOT NULL
      ) PARTITION BY date(at);
      CREATE KPI TABLE statuses PARTITION KEY status AS
      SELECT status, count(*) AS n FROM requests GROUP BY status;
      """
    let folder = try TemporaryFolder()
    try WholeText.write(text.replacing(old, with: new), to: "\(folder.path)/own.sql")
    let check = try Binary.shell("groove pack check own.sql", in: folder.path)
    #expect(check.status == 2 && check.output.isEmpty, "\(check)")
    #expect(check.error.contains(message) && check.error.contains("^"), "\(check.error)")
    #expect(check.error.contains("own.sql") || check.error.contains("line"), "\(check.error)")
    try WholeText.write(text, to: "\(folder.path)/own.sql")
    #expect(try Binary.shell("groove pack check own.sql", in: folder.path).status == 0)
  }
}

private enum WholeText {
  static func write(_ text: String, to path: String) throws {
    try text.write(toFile: path, atomically: false, encoding: .utf8)
  }
}

import Bytes
import Foundation
import TestSupport
import Testing

/// The whole way, from files to KPI tables, against rows that something else computed.
@Suite struct `The KPI tables` {
  static let lab = "\(PackageTree.root)/../shared/lab"
  static let hasLab =
    FileManager.default.fileExists(atPath: lab)
    && FileManager.default.fileExists(atPath: "/usr/bin/env")

  @Test(
    arguments: [
      ("music", "music"), ("spotify", "spotify"), ("spotify-minutes", "spotify"),
      ("spotify-glue", "spotify"), ("spotify-tracks", "spotify"),
    ])
  func `of the samples are those of the oracle`(pack: String, source: String) throws {
    let folder = try TemporaryFolder()
    let data = "\(PackageTree.root)/Data"
    let line = """
      mkdir lake && cp -r \(data)/\(source)/incoming lake/incoming
      groove run lake --pack \(pack) --quiet
      """
    let run = try Binary.shell(line, in: folder.path)
    #expect(run.status == 1 && run.error.isEmpty, "the samples have rows to refuse: \(run.error)")
    try compare(with: "\(data)/\(pack)/expected", in: folder)
  }

  @Test func `of compressed files in small pieces of memory are the same`() throws {
    let folder = try TemporaryFolder()
    let line = """
      mkdir lake && cp -r \(PackageTree.root)/Data/music/incoming lake/incoming
      gzip -r lake/incoming
      groove run lake --pack music --quiet --threads 3 --memory 16M
      """
    let run = try Binary.shell(line, in: folder.path)
    #expect(run.status == 1 && run.error.isEmpty, "\(run.error)")
    try compare(with: "\(PackageTree.root)/Data/music/expected", in: folder)
  }

  @Test(.enabled(if: hasLab, "no ../shared/lab beside the package"))
  func `of the original files are those of the oracle`() throws {
    let folder = try TemporaryFolder()
    let line = """
      mkdir -p lake/incoming/{songs,users,streams}
      cp \(Self.lab)/songs.csv lake/incoming/songs/
      cp \(Self.lab)/users.csv lake/incoming/users/
      cp \(Self.lab)/streams*.csv lake/incoming/streams/
      cp -r lake oracle
      python3 \(PackageTree.root)/Data/oracle.py oracle/incoming --pack spotify --out expected
      groove run lake --quiet
      """
    let run = try Binary.shell(line, in: folder.path)
    #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
    try compare(with: "\(folder.path)/expected", in: folder)
  }

  /// Compares every KPI table that the folder has rows for, as sets of lines.
  private func compare(with expected: String, in folder: TemporaryFolder) throws {
    var count = 0
    for name in try PackageTree.names(in: expected) where name.hasSuffix(".csv") {
      let table = String(name.dropLast(4))
      if ["files", "rejections", "counts"].contains(table) { continue }
      let text = String(decoding: try File.contents(of: "\(expected)/\(name)"), as: UTF8.self)
      let lines = text.components(separatedBy: "\n")
      let query = "SELECT \(lines[0]) FROM \"\(table)\""
      let answer = try Binary.shell(
        "groove query '\(query)' --lake lake --format csv", in: folder.path)
      #expect(answer.status == 0, "\(answer.error)")
      #expect(answer.output.components(separatedBy: "\n").sorted() == lines.sorted(), "\(table)")
      count += 1
    }
    #expect(count > 0)
  }
}

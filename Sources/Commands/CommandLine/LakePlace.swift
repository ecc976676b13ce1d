import Bytes
import Columns
import Lake
import Objects
import Packs
import Pipeline

/// The lake that a command line names.
struct LakePlace {
  let path: String

  init(_ path: String) throws(UsageError) {
    if let scheme = path.firstIndex(of: ":"), path[scheme...].hasPrefix("://") {
      throw UsageError(
        "\(path) is no local folder, and this groove keeps lakes in local folders",
        remedy: "Name a folder.")
    }
    self.path = path
  }

  /// The lake of a verb that has LAKE as its first word.
  init(_ invocation: Invocation) throws(UsageError) { try self.init(invocation.word("LAKE")) }

  /// Where the lake's objects are; the folder must be there.
  func store() throws -> any ObjectStore {
    let status = try FileSystem.status(path)
    if let status, status.kind != .folder {
      throw UsageError("\(path) is a file, and a lake is a folder", remedy: "Name the lake.")
    }
    guard status != nil else {
      throw UsageError(
        "there is no folder \(path)",
        remedy: "`groove generate \(path)` makes a lake with synthetic data.")
    }
    return LocalStore(path)
  }

  /// The newest version of the lake; it must have one.
  func reader() throws -> LakeReader {
    let lake = Lake(try store())
    let snapshot = try lake.snapshot()
    guard snapshot.version > 0 else {
      throw UsageError(
        "\(path) holds nothing yet", remedy: "`groove run \(path)` takes in what has arrived.")
    }
    return LakeReader(lake, snapshot)
  }

  /// The tables of the newest version.
  func catalog() throws -> LakeCatalog {
    let reader = try reader()
    guard let kept = reader.snapshot.pack else {
      throw UsageError("\(path) keeps no pack", remedy: "Run `groove run \(path)` again.")
    }
    return LakeCatalog(reader, try Pack.parse(text: kept.text, name: kept.name))
  }
}

/// A range of days, as `--dates` has it.
enum DateRange {
  static let flag = Flag<ClosedRange<Int32>>(
    "--dates", "A..B", "only these dates: 2024-06-01..2024-06-30, or one"
  ) { text throws(UsageError) in
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let days: [Int32?]
    switch parts.count {
    case 1: days = [day(parts[0]), day(parts[0])]
    case 3 where parts[1].isEmpty: days = [day(parts[0]), day(parts[2])]
    default: days = []
    }
    guard days.count == 2, let first = days[0], let last = days[1] else {
      throw UsageError("--dates takes a date or A..B, such as 2024-06-01..2024-06-30")
    }
    guard first <= last else { throw UsageError("--dates \(text) ends before it begins") }
    return first...last
  }

  static func day(_ text: Substring) -> Int32? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
      parts[2].utf8.count == 2, text.utf8.allSatisfy({ $0 == 0x2D || 0x30...0x39 ~= $0 }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      year > 0, 1...12 ~= month, 1...31 ~= day, day <= Calendar.daysIn(month: month, of: year)
    else { return nil }
    return Int32(Calendar.days(year: year, month: month, day: day))
  }
}

import Bytes
import CSV
import ColumnFile
import Columns
import SQL

/// Opens what stands in quotes in FROM: a `.groove` file, a CSV file, or a folder of them.
struct FileOpener: Sendable {
  let options: QueryOptions
  let pending: PendingRows

  func open(_ reference: FileReference) throws(QueryError) -> any TableSource {
    switch reference {
    case .path(let path, let position): return try open(path, position)
    case .csv(let csv, let position):
      return try csvOpener.open(try files(csv.path, position), csv, position)
    }
  }

  private var csvOpener: CSVOpener { CSVOpener(options: options, pending: pending) }

  private func open(_ path: String, _ position: Position) throws(QueryError) -> any TableSource {
    let paths = try files(path, position)
    guard let first = paths.first else {
      throw QueryError(
        "the folder \(path) has no .groove or .csv files", at: position)
    }
    if !first.hasSuffix(".groove") { return try csvOpener.open(paths, nil, position) }
    var segments: [Segment] = []
    var schema: Schema?
    for path in paths {
      let file: ColumnFile
      do {
        file = try ColumnFile(try FileSource(path))
      } catch let error as any Explained { throw QueryError(error) } catch {
        preconditionFailure("files are refused with explained errors")
      }
      if let schema, schema != file.schema {
        throw QueryError("\(path) has other columns than \(first)", at: position)
      }
      schema = file.schema
      segments.append(Segment(partition: nil, content: .file(file)))
    }
    return SegmentTable(Self.name(of: path), schema ?? Schema([]), segments: segments)
  }

  /// The file itself, or the files of a folder and its folders, sorted by path. Files of another
  /// kind than the first are left out.
  private func files(_ path: String, _ position: Position) throws(QueryError) -> [String] {
    let kind: FileSystem.Kind?
    do { kind = try FileSystem.status(path)?.kind } catch { throw QueryError(error) }
    guard let kind else {
      let found = try matches(path)
      if found.isEmpty { throw QueryError("there is no file \(path)", at: position) }
      return ofOneKind(found)
    }
    if kind != .folder { return [path] }
    do { return ofOneKind(try DataFiles.all(under: path)) } catch { throw QueryError(error) }
  }

  private func ofOneKind(_ paths: [String]) -> [String] {
    let isGroove = paths.contains { $0.hasSuffix(".groove") }
    return paths.filter { $0.hasSuffix(".groove") == isGroove }.sorted()
  }

  /// The files that a pattern with `*`, `?` or `**` (any folders) in it means.
  private func matches(_ pattern: String) throws(QueryError) -> [String] {
    if !pattern.contains(where: { $0 == "*" || $0 == "?" }) { return [] }
    do { return try PathPattern(pattern).files() } catch { throw QueryError(error) }
  }

  /// The file's name without its folder and its endings.
  static func name(of path: String) -> String {
    let last = path.split(separator: "/").last ?? "file"
    return String(last.prefix { $0 != "." })
  }
}

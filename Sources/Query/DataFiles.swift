package import Bytes

/// What files of rows are called.
package enum DataFiles {
  /// The columnar and CSV files of a folder and its folders, sorted by path. Names that begin with
  /// a point or an underscore are not for readers.
  static func all(under folder: String) throws(SystemError) -> [String] {
    var found: [String] = []
    for entry in try FileSystem.entries(of: folder) {
      if entry.name.hasPrefix(".") || entry.name.hasPrefix("_") { continue }
      let path = "\(folder)/\(entry.name)"
      if try FileSystem.status(path)?.kind == .folder {
        found += try all(under: path)
      } else if path.hasSuffix(".groove") || isCSV(path) {
        found.append(path)
      }
    }
    return found.sorted()
  }

  /// The CSV files that some paths mean: a folder means those in it and in its folders.
  package static func csv(_ paths: [String]) throws(SystemError) -> [String] {
    var files: [String] = []
    for path in paths {
      if try FileSystem.status(path)?.kind == .folder {
        files += try all(under: path).filter { isCSV($0) }
      } else {
        files.append(path)
      }
    }
    return files
  }

  private static func isCSV(_ path: String) -> Bool {
    [".csv", ".csv.gz", ".csv.zst"].contains { path.hasSuffix($0) }
  }
}

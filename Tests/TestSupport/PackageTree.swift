package import Bytes

/// The files of the package that the tests belong to.
package enum PackageTree {
  /// The folder that holds `Package.swift`.
  package static let root =
    "/"
    + "\(#filePath)".split(separator: "/").dropLast(3)
    .joined(separator: "/")

  /// The names in a folder, sorted.
  package static func names(in folder: String) throws(SystemError) -> [String] {
    try FileSystem.entries(of: folder).map(\.name).sorted()
  }

  /// The paths, from `root` on, of all files under `folder` that end in `suffix`.
  package static func files(
    under folder: String, suffix: String = ""
  ) throws(SystemError) -> [String] {
    var found: [String] = []
    for name in try names(in: "\(root)/\(folder)") where !name.hasPrefix(".") {
      let path = "\(folder)/\(name)"
      if try FileSystem.status("\(root)/\(path)")?.kind == .folder {
        found += try files(under: path, suffix: suffix)
      } else if name.hasSuffix(suffix) {
        found.append(path)
      }
    }
    return found
  }

  /// The text of the file at `path`, a path from `root` on.
  package static func text(_ path: String) throws(SystemError) -> String {
    String(decoding: try File.contents(of: "\(root)/\(path)"), as: UTF8.self)
  }
}

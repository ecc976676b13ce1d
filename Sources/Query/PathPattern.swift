import Bytes

/// A path with `*` and `?` in its names, as a shell has them, and `**` for any folders. Names that
/// begin with a point are met only where the pattern says so.
struct PathPattern {
  private let start: String
  private let parts: [String]

  init(_ pattern: String) {
    start = pattern.hasPrefix("/") ? "/" : ""
    parts = pattern.split(separator: "/").map(String.init)
  }

  /// The files that match, in no order.
  func files() throws(SystemError) -> [String] {
    var found: Set<String> = []
    try collect(start, 0, &found)
    return Array(found)
  }

  private func collect(
    _ folder: String, _ place: Int, _ found: inout Set<String>
  ) throws(SystemError) {
    let part = parts[place]
    let isLast = place == parts.count - 1
    if !part.contains(where: { $0 == "*" || $0 == "?" }) {
      try meet(folder + part, isLast, place, &found)
      return
    }
    if part == "**" && !isLast { try collect(folder, place + 1, &found) }
    for entry in try FileSystem.entries(of: folder.isEmpty ? "." : folder) {
      if entry.name.hasPrefix(".") && !part.hasPrefix(".") { continue }
      let path = folder + entry.name
      if part == "**" {
        if try FileSystem.status(path)?.kind == .folder {
          try collect(path + "/", place, &found)
        } else if isLast {
          found.insert(path)
        }
      } else if Self.matches(Array(entry.name.unicodeScalars)[...], Array(part.unicodeScalars)[...])
      {
        try meet(path, isLast, place, &found)
      }
    }
  }

  private func meet(
    _ path: String, _ isLast: Bool, _ place: Int, _ found: inout Set<String>
  ) throws(SystemError) {
    let kind = try FileSystem.status(path)?.kind
    if isLast && kind == .file { found.insert(path) }
    if !isLast && kind == .folder { try collect(path + "/", place + 1, &found) }
  }

  /// Whether a whole name is that of a pattern. Where it is not, the last `*` takes one more.
  static func matches(
    _ name: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>
  ) -> Bool {
    var (place, token) = (name.startIndex, pattern.startIndex)
    var retry: (place: Int, token: Int)?
    while place < name.endIndex {
      if token < pattern.endIndex && pattern[token] == "*" {
        token += 1
        retry = (place, token)
      } else if token < pattern.endIndex && (pattern[token] == "?" || pattern[token] == name[place])
      {
        place += 1
        token += 1
      } else if let last = retry {
        retry = (last.place + 1, last.token)
        (place, token) = (last.place + 1, last.token)
      } else {
        return false
      }
    }
    return pattern[token...].allSatisfy { $0 == "*" }
  }
}

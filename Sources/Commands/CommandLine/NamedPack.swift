import Bytes
import Packs

/// A pack as a command line names it: one that is built in, or a file.
enum NamedPack {
  static let flag = Flag.text(
    "--pack", "PACK", "a built-in pack's name, or a file of SQL (default: the lake's own)")

  /// The text of the pack, and the name that messages call it.
  static func text(_ name: String) throws -> (text: String, name: String) {
    if let text = Pack.builtInText(named: name) { return (text, name) }
    guard try FileSystem.status(name)?.kind == .file else {
      let names = Pack.builtInNames
      throw UsageError(
        "there is no built-in pack \"\(name)\", and no file of that name",
        remedy: Spelling.nearest(to: name, in: names).map { "Did you mean \($0)?" }
          ?? "Built in are \(names.joined(separator: ", ")).")
    }
    return (String(decoding: try File.contents(of: name), as: UTF8.self), name)
  }

  static func load(_ name: String) throws -> Pack {
    let (text, name) = try text(name)
    return try Pack.parse(text: text, name: name)
  }
}

import TestSupport

/// What `Package.swift` and `Sources/README.md` say about the targets.
enum Manifest {
  /// The dependencies of each target, in the order of the manifest.
  static func targets() throws -> [(name: String, dependencies: Set<String>)] {
    let text = try PackageTree.text("Package.swift")
    let engine = names(in: section(of: text, from: "let engine", to: "]\n"))
    var targets: [(name: String, dependencies: Set<String>)] = []
    for declaration in declarations(in: section(of: text, from: "  targets: [", to: "\n  ],")) {
      let quoted = names(in: declaration)
      guard let name = quoted.first else { continue }
      if declaration.hasPrefix("tests(") {
        targets.append((name + "Tests", Set(engine).union(["TestSupport"])))
      } else if declaration.contains("dependencies: engine") {
        let others = names(in: section(of: declaration, from: "engine + [", to: "]"))
        targets.append((name, Set(engine).union(others)))
      } else {
        let list = section(of: declaration, from: "[", to: "]")
        targets.append((name, declaration.contains("systemLibrary") ? [] : Set(names(in: list))))
      }
    }
    return targets
  }

  /// The layer of each module: the numbered lines of the picture in `Sources/README.md`.
  static func layers() throws -> [String: Int] {
    var layers: [String: Int] = [:]
    for line in try PackageTree.text("Sources/README.md").split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard line.hasPrefix("  "), let first = words.first, let layer = Int(first) else { continue }
      var expectsName = true
      for word in words.dropFirst() {
        if word == "·" {
          expectsName = true
        } else if expectsName {
          layers[String(word)] = layer
          expectsName = false
        } else {
          break
        }
      }
    }
    return layers
  }

  /// The declarations of targets, each from its name to its closing parenthesis.
  private static func declarations(in list: String) -> [String] {
    var found: [String] = []
    var current = ""
    var depth = 0
    for character in list {
      if character == "(" { depth += 1 }
      if depth > 0 || !", \n".contains(character) { current.append(character) }
      if character == ")" {
        depth -= 1
        if depth == 0 {
          if !current.hasPrefix("//") { found.append(current) }
          current = ""
        }
      }
      if character == "\n" && depth == 0 { current = "" }
    }
    return found
  }

  private static func section(of text: String, from start: String, to end: String) -> String {
    guard let lower = text.firstRange(of: start)?.upperBound else { return "" }
    let upper = text[lower...].firstRange(of: end)?.lowerBound ?? text.endIndex
    return String(text[lower..<upper])
  }

  private static func names(in text: String) -> [String] {
    text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }
}

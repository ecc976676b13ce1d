import Bytes
import TestSupport
import Testing

/// The rules of the house that the compiler does not hold. A failure names the file and the line.
@Suite struct `The source tree` {
  @Test func `is read at all`() throws {
    let sources = try SwiftSource.all()
    #expect(sources.count > 30)
    #expect(sources.contains { $0.path == "Sources/groove/Main.swift" })
  }

  @Test func `imports only what the manifest declares, and only lower layers`() throws {
    let declared = try Dictionary(uniqueKeysWithValues: Manifest.targets().map { ($0, $1) })
    let layers = try Manifest.layers()
    for source in try SwiftSource.all() {
      let allowed = try #require(declared[source.target], "\(source.target) is a target")
      for (module, line) in source.imports where declared[module] != nil {
        let place = "\(source.path):\(line) imports \(module)"
        #expect(allowed.contains(module), "\(place), which Package.swift does not declare")
        if let own = layers[source.target], let other = layers[module] {
          #expect(other < own, "\(place), which is not lower in the map")
        }
      }
    }
  }

  @Test func `has a layer for each module, as the manifest orders them`() throws {
    let layers = try Manifest.layers()
    var before: Set<String> = []
    for (name, dependencies) in try Manifest.targets() {
      #expect(dependencies.isSubset(of: before), "\(name) depends only on targets above it")
      before.insert(name)
      let outside = ["bench", "CCounting", "TestSupport", "CFuzzer", "FuzzDriver"]
      let isOutside = outside.contains(name) || name.hasSuffix("Tests")
      #expect(isOutside || layers[name] != nil, "\(name) has a place in Sources/README.md")
    }
    for name in layers.keys { #expect(before.contains(name), "\(name) of the map is a target") }
  }

  @Test func `builds every Swift target strictly`() throws {
    let manifest = try PackageTree.text("Package.swift")
    let swiftTargets = manifest.split(separator: "arget(").dropFirst().filter {
      !$0.hasPrefix("name: \"C") && $0.hasPrefix("name:") || $0.hasPrefix("\n")
    }
    #expect(swiftTargets.count >= 5)
    for target in swiftTargets {
      #expect(target.contains("swiftSettings: strict"), "strict settings in: \(target)")
    }
    for setting in [".strictMemorySafety()", ".treatAllWarnings(as: .error)", "[.v6]"] {
      #expect(manifest.contains(setting), "Package.swift says \(setting)")
    }
  }

  @Test func `confines unsafe code to Bytes`() throws {
    for source in try SwiftSource.all() where !source.path.hasPrefix("Tests/") {
      if source.path.hasPrefix("Sources/Bytes/") { continue }
      for (index, line) in source.code.enumerated() {
        for word in words(of: line) {
          let isUnsafe =
            word.lowercased().hasPrefix("unsafe") || word.contains("Unsafe")
            || word == "unchecked" || word == "Unmanaged" || word == "OpaquePointer"
          #expect(!isUnsafe, "\(source.path):\(index + 1) says \(word)")
        }
      }
    }
  }

  @Test func `says why each unsafe expression is sound`() throws {
    let reach = 12
    for source in try SwiftSource.all() where source.path.hasPrefix("Sources/Bytes/") {
      for (index, line) in source.code.enumerated() {
        guard words(of: line).contains(where: { $0 == "unsafe" || $0 == "unchecked" }) else {
          continue
        }
        let above = source.lines[max(0, index - reach)...index]
        #expect(
          above.contains { $0.contains("// SAFETY:") },
          "\(source.path):\(index + 1) has a SAFETY comment within \(reach) lines above")
      }
    }
  }

  @Test func `keeps lines, functions and files short`() throws {
    for source in try SwiftSource.all() {
      for (index, line) in source.lines.enumerated() where line.utf8.count > 100 {
        #expect(line.count <= 100, "\(source.path):\(index + 1) is at most 100 columns wide")
      }
      #expect(source.lines.count <= 501, "\(source.path) is at most 500 lines long")
      for function in source.functions(longerThan: 70) {
        Issue.record("\(source.path):\(function.line) has \(function.count) lines, at most 70")
      }
    }
  }

  @Test func `has no Foundation in what ships`() throws {
    for source in try SwiftSource.all() where !source.path.hasPrefix("Tests/") {
      for (module, line) in source.imports {
        #expect(!module.hasPrefix("Foundation"), "\(source.path):\(line) imports \(module)")
      }
    }
  }

  @Test func `prints only in Commands`() throws {
    for source in try SwiftSource.all() where source.path.hasPrefix("Sources/") {
      if source.path.hasPrefix("Sources/Commands/") { continue }
      for (index, line) in source.code.enumerated() {
        let prints = words(of: line).contains { ["print", "debugPrint", "dump"].contains($0) }
        #expect(
          !(prints && (line.contains("print(") || line.contains("dump("))),
          "\(source.path):\(index + 1) prints")
      }
    }
  }

  @Test func `never ends the process on purpose and never drops an error silently`() throws {
    for source in try SwiftSource.all() where !source.path.hasPrefix("Tests/") {
      for (index, line) in source.code.enumerated() {
        let place = "\(source.path):\(index + 1)"
        #expect(!line.contains("try!"), "\(place) says try!")
        #expect(!line.contains("as!"), "\(place) says as!")
        #expect(!words(of: line).contains("fatalError"), "\(place) says fatalError")
        #expect(!forcesUnwrap(line), "\(place) unwraps by force")
        if line.contains("try?") {
          let above = source.lines[max(0, index - 3)...index]
          #expect(above.contains { $0.contains("// ") }, "\(place) says why the loss is right")
        }
      }
    }
  }

  @Test func `is finished`() throws {
    let unfinished = ["TO" + "DO", "FIX" + "ME", "not imple" + "mented", "unimple" + "mented"]
    for source in try SwiftSource.all() {
      for (index, line) in source.lines.enumerated() {
        for word in unfinished {
          #expect(!line.contains(word), "\(source.path):\(index + 1) says \(word)")
        }
      }
    }
  }

  @Test func `offers nothing as public`() throws {
    for source in try SwiftSource.all() {
      for (index, line) in source.code.enumerated() {
        let isPublic = words(of: line).contains { $0 == "public" || $0 == "open" }
        let declares = line.contains("public ") || line.contains("open class")
        #expect(!(isPublic && declares), "\(source.path):\(index + 1) is package, not public")
      }
    }
  }

  @Test func `has only its few folders at the top`() throws {
    let expected: Set = ["Package.swift", "Sources", "Benchmarks", "Tests", "Data", "README.md"]
    let ignored: Set = ["groove-demo"]
    for name in try PackageTree.names(in: PackageTree.root) where !name.hasPrefix(".") {
      #expect(expected.contains(name) || ignored.contains(name), "\(name) stands at the top")
    }
  }

  /// The identifiers of a line of code.
  private func words(of line: String) -> [String] {
    line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
  }

  /// Whether a line has a `!` behind an operand.
  private func forcesUnwrap(_ line: String) -> Bool {
    let bytes = Array(line.utf8)
    for (index, byte) in bytes.enumerated().dropFirst() where byte == UInt8(ascii: "!") {
      let before = bytes[index - 1]
      let isOperand =
        before == UInt8(ascii: ")") || before == UInt8(ascii: "]") || before == UInt8(ascii: "_")
        || (before | 0x20 >= UInt8(ascii: "a") && before | 0x20 <= UInt8(ascii: "z"))
        || (before >= UInt8(ascii: "0") && before <= UInt8(ascii: "9"))
      if isOperand && !(index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "=")) {
        return true
      }
    }
    return false
  }
}

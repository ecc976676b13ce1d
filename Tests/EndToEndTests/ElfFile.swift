import Bytes

/// What a 64-bit little-endian ELF program wants from the system: libraries and symbol versions.
struct ElfFile {
  /// `DT_NEEDED`: `libc.so.6`.
  private(set) var libraries: [String] = []
  /// The versions it needs of them: `GLIBC_2.34`.
  private(set) var versions: [String] = []

  struct Malformed: Error {}

  private let bytes: [UInt8]

  init(_ path: String) throws {
    bytes = try File.contents(of: path)
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { throw Malformed() }
    let tableOffset = try word(0x28, 8)
    let entrySize = try word(0x3A, 2)
    let count = try word(0x3C, 2)
    for index in 0..<count {
      let header = tableOffset + index * entrySize
      let kind = try word(header + 4, 4)
      let offset = try word(header + 24, 8)
      let size = try word(header + 32, 8)
      let names = tableOffset + (try word(header + 40, 4)) * entrySize
      if kind == 6 {
        try readDynamic(offset, size, texts: word(names + 24, 8))
      } else if kind == 0x6FFF_FFFE {
        try readVersions(offset, count: word(header + 44, 4), texts: word(names + 24, 8))
      }
    }
  }

  /// The highest version of a family as its numbers, `[2, 34]` for `GLIBC`.
  func highest(_ family: String) -> [Int] {
    let numbers = versions.filter { $0.hasPrefix(family + "_") }.map { version in
      version.dropFirst(family.count + 1).split(separator: ".").compactMap { Int($0) }
    }
    return numbers.max { $0.lexicographicallyPrecedes($1) } ?? []
  }

  private mutating func readDynamic(_ offset: Int, _ size: Int, texts: Int) throws {
    for entry in stride(from: offset, to: offset + size, by: 16) where try word(entry, 8) == 1 {
      libraries.append(try text(texts + (try word(entry + 8, 8))))
    }
  }

  private mutating func readVersions(_ offset: Int, count: Int, texts: Int) throws {
    var need = offset
    for _ in 0..<count {
      var version = need + (try word(need + 8, 4))
      for _ in 0..<(try word(need + 2, 2)) {
        versions.append(try text(texts + (try word(version + 8, 4))))
        version += try word(version + 12, 4)
      }
      need += try word(need + 12, 4)
    }
  }

  private func word(_ offset: Int, _ size: Int) throws -> Int {
    guard offset >= 0, offset + size <= bytes.count else { throw Malformed() }
    var value = 0
    for index in (0..<size).reversed() { value = value << 8 | Int(bytes[offset + index]) }
    return value
  }

  private func text(_ offset: Int) throws -> String {
    guard offset >= 0, offset < bytes.count else { throw Malformed() }
    return String(decoding: bytes[offset...].prefix { $0 != 0 }, as: UTF8.self)
  }
}

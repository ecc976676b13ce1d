import Bytes
import Foundation
import TestSupport
import Testing

/// One file that loads on Amazon Linux 2023 (C library 2.34, GCC 11) and everything later.
///
/// `.ci/run` builds it before the tests: `swift build -c release --static-swift-stdlib
/// --scratch-path .build/static`. Without it these tests have nothing to look at and say so.
@Suite struct `The self-contained build` {
  static let path = "\(PackageTree.root)/.build/static/release/groove"
  static let isThere = FileManager.default.fileExists(atPath: path)
  static let reason: Comment =
    "build it: swift build -c release --static-swift-stdlib --scratch-path .build/static"

  @Test(.enabled(if: isThere, reason))
  func `needs only what every system has`() throws {
    let program = try ElfFile(Self.path)
    let allowed: Set = [
      "libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2",
    ]
    #expect(Set(program.libraries).isSubset(of: allowed), "\(program.libraries)")
    for (family, ceiling) in [("GLIBC", [2, 34]), ("GLIBCXX", [3, 4, 29])] {
      let highest = program.highest(family)
      #expect(!highest.isEmpty)
      #expect(!ceiling.lexicographicallyPrecedes(highest), "\(family) \(highest)")
    }
  }

  @Test(.enabled(if: isThere, reason))
  func `starts in a few milliseconds and is small`() throws {
    let folder = try TemporaryFolder()
    var fastest = Int64.max
    for _ in 0..<20 {
      let start = Clock.monotonicNanoseconds()
      let outcome = try Binary.shell("exec \(Self.path) help", in: folder.path)
      fastest = min(fastest, Clock.monotonicNanoseconds() - start)
      #expect(outcome.status == 0)
    }
    // The shell that starts it is part of the time.
    #expect(fastest < 30_000_000, "the fastest of 20 starts took \(fastest / 1000) µs")
    let size = try FileSystem.status(Self.path)?.size ?? 0
    #expect(size < 40_000_000, "\(size) bytes")
  }

  @Test func `is read by a reader of ELF that sees what is there`() throws {
    let program = try ElfFile(Binary.path)
    #expect(program.libraries.contains("libc.so.6"))
    #expect(!program.libraries.contains { $0.hasPrefix("libzstd") })
    #expect(program.highest("GLIBC").starts(with: [2]))
    #expect(throws: (any Error).self) { try ElfFile("\(PackageTree.root)/Package.swift") }
  }
}

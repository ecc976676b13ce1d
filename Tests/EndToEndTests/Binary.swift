import Bytes
import Foundation
import TestSupport

/// The `groove` that was built with these tests, run as a person runs it.
enum Binary {
  /// Beside the test runner, where the build put both.
  static let path: String = {
    let runner = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return runner.deletingLastPathComponent().path + "/groove"
  }()

  struct Outcome: Equatable {
    var output: String
    var error: String
    var status: Int32
  }

  /// Runs a line of shell in `folder`, where `groove` is the built one.
  static func shell(
    _ line: String, in folder: String, environment: [String: String] = [:]
  ) throws -> Outcome {
    let process = Foundation.Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", line]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var variables = ProcessInfo.processInfo.environment
    for name in variables.keys where name.hasPrefix("GROOVE_LAKE") { variables[name] = nil }
    let own = URL(fileURLWithPath: path).deletingLastPathComponent().path
    variables["PATH"] = "\(own):\(variables["PATH"] ?? "/usr/bin:/bin")"
    variables["LC_ALL"] = "C.UTF-8"
    process.environment = variables.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    // Files instead of pipes: whatever the command writes, nobody has to keep reading.
    let place = try TemporaryFolder()
    for name in ["output", "error"] {
      _ = try File("\(place.path)/\(name)", .creating)
    }
    process.standardOutput = try FileHandle(
      forWritingTo: URL(fileURLWithPath: place.path + "/output"))
    process.standardError = try FileHandle(
      forWritingTo: URL(fileURLWithPath: place.path + "/error"))
    try process.run()
    process.waitUntilExit()
    let output = try File.contents(of: place.path + "/output")
    let error = try File.contents(of: place.path + "/error")
    let died = process.terminationReason == .uncaughtSignal
    return Outcome(
      output: String(decoding: output, as: UTF8.self),
      error: String(decoding: error, as: UTF8.self),
      status: process.terminationStatus + (died ? 128 : 0))
  }
}

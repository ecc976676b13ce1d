// swift-tools-version: 6.2
import PackageDescription

/// The settings of every Swift target: an unmarked unsafe expression, an unused import and any
/// other warning all stop the build.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableExperimentalFeature("Lifetimes"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [],
  resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: strict)
}

/// The tests of one module; they may use every module, so that an oracle of one can be another.
func tests(_ name: String, exclude: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: engine + ["TestSupport"], exclude: exclude,
    swiftSettings: strict)
}

let engine: [Target.Dependency] = [
  "Bytes", "Columns", "CSV", "ColumnFile", "Kernels", "SQL", "Objects", "Packs", "Lake", "Query",
  "Tables", "Pipeline", "Commands",
]

let package = Package(
  name: "groove",
  products: [
    .executable(name: "groove", targets: ["groove"]),
    .executable(name: "bench", targets: ["bench"]),
  ],
  // In layer order: a target depends only on targets above it in this list.
  targets: [
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CKernels"),
    module("Bytes", ["CZstd", "CKernels"]),
    module("Columns", ["Bytes"]),
    module("CSV", ["Columns", "Bytes"]),
    module("ColumnFile", ["Columns", "Bytes"], exclude: ["ColumnFile.docc"]),
    module("Kernels", ["Columns", "Bytes"]),
    module("SQL", ["Columns", "Bytes"]),
    module("Objects", ["Bytes"]),
    module("Packs", ["SQL", "Columns", "Bytes"], resources: [.embedInCode("BuiltIn")]),
    module("Lake", ["Objects", "ColumnFile", "Columns", "Bytes"]),
    module("Query", ["SQL", "Kernels", "ColumnFile", "CSV", "Columns", "Bytes"]),
    module("Tables", ["Objects", "Columns", "Bytes"]),
    module(
      "Pipeline",
      [
        "Packs", "Lake", "Query", "Tables", "SQL", "CSV", "ColumnFile", "Objects", "Columns",
        "Bytes",
      ]),
    module(
      "Commands",
      [
        "Pipeline", "Packs", "Lake", "Query", "Tables", "SQL", "CSV", "ColumnFile", "Objects",
        "Columns", "Bytes",
      ]),
    // Released without the debugger's information, half of the size; names stay, for backtraces.
    .executableTarget(
      name: "groove", dependencies: ["Commands"], swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-Xlinker", "-S"], .when(configuration: .release))]),
    .target(name: "CCounting", path: "Benchmarks/Counting"),
    .executableTarget(
      name: "bench", dependencies: engine + ["CCounting"], path: "Benchmarks",
      exclude: ["Counting", "Peers", "Records", "run-peers"], swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: ["Objects", "Columns", "Bytes"], path: "Tests/TestSupport",
      swiftSettings: strict),
    tests("Tidy"),
    tests("Bytes"),
    tests("Columns"),
    tests("CSV"),
    tests("ColumnFile", exclude: ["Golden"]),
    tests("Kernels"),
    tests("SQL"),
    tests("Packs"),
    tests("Objects"),
    tests("Lake"),
    tests("Query", exclude: ["Logic", "record.py", "differential.py", "differential_grammar.py"]),
    tests("Tables"),
    tests("Pipeline"),
    tests("Commands"),
    tests("EndToEnd", exclude: ["Transcripts", "OwnPack"]),
    .target(name: "CFuzzer", path: "Tests/CFuzzer"),
    .executableTarget(
      name: "FuzzDriver", dependencies: engine + ["CFuzzer"], path: "Tests/FuzzDriver",
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// GROOVE_FUZZ names the runtime library of libFuzzer that has no `main`: then everything is built
// for it, see .ci/deep.
if let runtime = Context.environment["GROOVE_FUZZ"] {
  for target in package.targets where target.type == .regular || target.type == .executable {
    let isCompiledC = target.name.hasPrefix("C") && target.swiftSettings == nil
    if isCompiledC {
      target.cSettings = [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]
    } else {
      target.swiftSettings =
        (target.swiftSettings ?? [])
        + [.define("FUZZING"), .unsafeFlags(["-sanitize=fuzzer,address"])]
    }
    if target.name == "FuzzDriver" {
      target.linkerSettings = [
        .unsafeFlags(["-sanitize=address", runtime]), .linkedLibrary("stdc++"),
      ]
    }
  }
}

import Bytes
import CFuzzer

// The fuzzers of what reads bytes that others wrote. Built with GROOVE_FUZZ=1 it is driven by
// libFuzzer, whose flags it takes; else it runs the inputs that are named, as to see what one that
// was found does.
//
// usage: FuzzDriver file|csv|sql --seeds FOLDER     writes inputs to begin with
//        FuzzDriver file|csv|sql --smoke COUNT      tries those, and COUNT changes of each
//        FuzzDriver file|csv|sql [INPUT…]           with libFuzzer: [-flag=value…] [FOLDER…]

/// Changes of inputs, the same in each process.
struct Changes {
  private var state: UInt64 = 20_240_625

  private mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(max(1, bound)))
  }

  mutating func change(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...below(4) {
      let place = below(bytes.count)
      switch below(4) {
      case 0: bytes[place] = UInt8(below(256))
      case 1: bytes[place] ^= 1 << UInt8(below(8))
      case 2: bytes.insert(contentsOf: bytes[place..<min(place + below(9), bytes.count)], at: place)
      default: if bytes.count > 1 { bytes.remove(at: place) }
      }
    }
    return bytes
  }
}

/// What this process fuzzes: a callback of C has no other place for it.
enum Chosen {
  static let target = CommandLine.arguments.dropFirst().first.flatMap(FuzzTarget.init)
}

func fuzz(_ words: [String]) throws -> Int32 {
  guard let target = Chosen.target else {
    let usage = "usage: FuzzDriver file|csv|sql [--seeds FOLDER | INPUT…]\n"
    try StandardStream.error.write(Array(usage.utf8).span)
    return 2
  }
  if words.count == 4 && words[2] == "--seeds" {
    try FileSystem.makeFolders(words[3])
    for (number, seed) in try target.seeds.enumerated() {
      try File("\(words[3])/seed-\(number)", .creating).write(seed.span)
    }
    return 0
  }
  if words.count == 4 && words[2] == "--smoke", let count = Int(words[3]) {
    var changes = Changes()
    for seed in try target.seeds {
      target.run(seed)
      for _ in 0..<count { target.run(changes.change(seed)) }
    }
    return 0
  }
  #if FUZZING
    // libFuzzer takes the words behind the target's name.
    var count = CommandLine.argc - 1
    // SAFETY: the arguments live as long as the process; libFuzzer calls back with `count` bytes.
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
      unsafe CommandLine.unsafeArgv + 1
    return unsafe LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
      unsafe Chosen.target?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
      return 0
    }
  #else
    for path in words.dropFirst(2) { target.run(try File.contents(of: path)) }
    return 0
  #endif
}

Process.exit(try fuzz(CommandLine.arguments))

import Glibc

/// The memory of the machine and of this process.
package enum Memory {
  /// What the machine has, in bytes.
  package static var machineSize: Int {
    max(0, Int(sysconf(Int32(_SC_PHYS_PAGES)))) * max(0, Int(sysconf(Int32(_SC_PAGESIZE))))
  }

  /// The most this process held at one time since it began or since `resetPeak`, in bytes; 0 where
  /// the system does not tell.
  package static var peakSize: Int { status("VmHWM:") }

  /// Starts a new measurement of `peakSize`, where the system allows it.
  package static func resetPeak() {
    do {
      let file = try File("/proc/self/clear_refs", .appending)
      try file.write([UInt8]("5".utf8).span)
    } catch {
      // Not every system lets a process do this; the peak then counts from the process's start.
    }
  }

  /// A line of the kernel's account of this process, in bytes.
  private static func status(_ name: String) -> Int {
    let text: [UInt8]
    do {
      text = try File("/proc/self/status").read(at: 0, count: 1 << 16)
    } catch {
      return 0
    }
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n")
    where line.hasPrefix(name) {
      let words = line.split { $0 == " " || $0 == "\t" }
      return words.count > 1 ? (Int(words[1]) ?? 0) * 1024 : 0
    }
    return 0
  }
}

import Bytes

/// The lines that `bench` shows.
enum Report {
  static func line(_ text: String) { put(text, to: .output) }

  static func error(_ text: String) { put(text, to: .error) }

  static func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return left ? space + text : text + space
  }

  private static func put(_ text: String, to stream: StandardStream) {
    // Nobody is left to tell where a line cannot be shown.
    do { try stream.write(Array("\(text)\n".utf8).span) } catch { Process.exit(3) }
  }
}

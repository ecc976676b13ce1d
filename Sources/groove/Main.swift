import Commands

@main
struct Groove {
  static func main() { Program.main() }
}

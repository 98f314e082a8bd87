import ArgumentParser
import CrashLab
import CrashLabModel
import CrashLabPages
import CrashLabText
import Glibc

struct FramesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frames",
    abstract: "Show which functions of a program can step over a guard page.",
    discussion: """
      A function whose frame is larger than the guard, and that is built without stack probes, \
      moves the stack pointer over the guard at once: what it writes first may lie in somebody \
      else's memory, and nothing faults. -fstack-clash-protection builds with probes.

      --depth tells how deep the stack can be from one function on (--depth main): its calls are \
      followed in the machine code, and the way that takes most is shown. Recursions, calls through \
      pointers and functions of other files are named: with them there is no bound, unless --assume \
      says what they need. What a library calls by a name that it has itself is taken to be its \
      own, as it is unless a file that was loaded before has a function of that name.

        crashlab frames --fail-over 64K ./server
        crashlab frames --depth worker --assume memcpy=64 --assume 'worker:*=4K' ./server

      Reads a program or library of x86-64 without running it. Exit status with --fail-over: 1 if a \
      function moves the stack pointer by more than that many bytes at once, or if there is code \
      that no call-frame information covers (unless --allow-uncovered); with --depth if the bound is \
      larger, or if there is none.
      """)

  @Option(help: ArgumentHelp("How deep the stack can be from this function on.", valueName: "name"))
  var depth: String?
  @Option(
    help: ArgumentHelp(
      "Bytes that a call of NAME needs, with its return address; 'NAME:*' for calls through "
        + "pointers in NAME, '*' for all of them.", valueName: "name=bytes"))
  var assume: [String] = []
  @Option(help: ArgumentHelp("A file with such an assumption a line.", valueName: "file"))
  var assumptions: String?
  @Argument(help: "The program or library.", completion: .file()) var program: String
  @Option(help: ArgumentHelp("The guard, 64K say. (default: one page)", valueName: "bytes"))
  var guardSize: ByteCount?
  @Option(help: ArgumentHelp("Fail if a step is larger.", valueName: "bytes"))
  var failOver: ByteCount?
  @Flag(help: "Do not fail for code without call-frame information.") var allowUncovered = false
  @Flag(help: "Show every function, however many.") var all = false
  @Option(help: "How to write it: text or json.") var format: TextOrJSON = .text
  @OptionGroup var page: PageOption

  func validate() throws {
    if depth == nil, !assume.isEmpty || assumptions != nil {
      throw ValidationError("--assume is for --depth.")
    }
    for (name, value) in [("guard-size", guardSize), ("fail-over", failOver)] {
      if let value, value.bytes < 0 {
        throw ValidationError("--\(name) must not be negative, but is \(value.bytes).")
      }
    }
  }

  func run() throws {
    try page.prepare()
    if let depth { return try findDepth(from: depth) }
    // What is smaller than the guard fails nothing: it is not listed.
    let limit = failOver?.bytes
    let guardSize = min(guardSize?.bytes ?? sysconf(Int32(_SC_PAGESIZE)), limit ?? Int.max)
    let report: LargeFrameReport
    do {
      report = try LargeFrameReport.read(program, guardSize: guardSize)
    } catch let error as UnreadableFile {
      complain("\(error)")
      throw ExitCode(EX_DATAERR)
    } catch let error as SystemError {
      complain(error.withAdvice)
      throw ExitCode(EX_NOINPUT)
    }
    try page.write(FramesPage.html(report, heading: .ofThisCommand))
    if !page.replacesReport {
      try Output.standard.write(
        format == .json
          ? report.json()
          : report.text(
            theme: .suited(to: .standard), limit: all ? Int.max : 40,
            width: Output.standard.width))
    }
    if let limit, report.exceeds(limit) {
      complain("there are functions that move the stack pointer by more than \(limit) bytes")
      throw ExitCode(1)
    }
    if limit != nil, !allowUncovered, !report.unproved.isEmpty {
      complain(
        "there is code that no call-frame information covers: --allow-uncovered passes over it")
      throw ExitCode(1)
    }
  }

  // MARK: - Depth

  private func findDepth(from entry: String) throws {
    let assumed = try given()
    let found: DepthReport?
    do {
      found = try DepthReport.read(program, from: entry, assuming: assumed)
    } catch let error as UnreadableFile {
      complain("\(error)")
      throw ExitCode(EX_DATAERR)
    } catch let error as SystemError {
      complain(error.withAdvice)
      throw ExitCode(EX_NOINPUT)
    }
    guard let report = found else {
      complain(
        "\(printable(program)) has no function '\(printable(entry))' in its symbol table: give a "
          + "name as `nm` has it, or an address as 0x1139")
      throw ExitCode(EX_USAGE)
    }
    try page.write(DepthPage.html(report, heading: .ofThisCommand))
    if !page.replacesReport {
      try Output.standard.write(
        format == .json
          ? report.json()
          : report.text(
            theme: .suited(to: .standard), limit: all ? Int.max / 8 : 10,
            width: Output.standard.width))
    }
    guard let limit = failOver?.bytes else { return }
    if report.known > limit {
      complain("the stack can be \(report.known) bytes deep, which is more than \(limit)")
      throw ExitCode(1)
    }
    if report.bound == nil {
      complain("there is no bound: --assume says what the unknown calls need")
      throw ExitCode(1)
    }
  }

  private func given() throws -> StackAssumptions {
    var lines = assume
    if let assumptions {
      do throws(SystemError) {
        let bytes = try readRegularFile(assumptions, atMost: 1 << 20)
        lines += String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
          .filter { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
      } catch {
        complain(error.withAdvice)
        throw ExitCode(EX_NOINPUT)
      }
    }
    var assumed = StackAssumptions()
    for line in lines where !assumed.add(line, bytes: { ByteCount(argument: $0)?.bytes }) {
      throw ValidationError("An assumption is NAME=BYTES, not '\(line)'.")
    }
    return assumed
  }
}

import Foundation
import Testing

@testable import CrashLab

/// Symbols, lines and inlined functions of foreign programs, wherever compilers and tools put them.
@Suite struct DebugInformationTests {
  /// The fault is in inner, inlined into outer, inlined into leaf.
  private static let inlines = """
    static inline __attribute__((always_inline)) int inner(volatile int *p) { return *p; }
    static inline __attribute__((always_inline)) int outer(volatile int *p) { return inner(p) + 1; }
    __attribute__((noinline)) int leaf(volatile int *p) {
      return outer(p) * 3;
    }
    int main(void) { volatile int *volatile p = 0; return leaf(p); }
    """

  /// Compiles `program` in a folder of its own, with what follows run there by a shell.
  static func withProgram(
    _ commands: String, source: String = inlines, _ body: (String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      try source.write(toFile: "\(folder)/program.c", atomically: true, encoding: .utf8)
      let made = try Command(path: "/bin/sh").run(["-c", "set -e; cd \(folder); \(commands)"])
      try #require(made.status == 0, "\(made.errors)")
      try body("\(folder)/program")
    }
  }

  static func trial(_ program: String, build: Build = .debug) throws -> TrialReport {
    let report = "\(program).json"
    let result = try Command(build: build).run([
      "exec", "--format", "json", "--report", report, "--", program,
    ])
    #expect(result.status == 139, "\(result.errors)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: report))
    let told = try JSON.value(RunReport.self, from: Array(bytes))
    return try #require(told.trials.first)
  }

  static func frame(_ program: String, _ index: Int = 0) throws -> UnwindReport.Frame {
    let frames = try #require(try trial(program).faults.first?.unwind?.frames)
    return try #require(frames.indices.contains(index) ? frames[index] : nil)
  }

  struct Form: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var commands: String
    var tools: [String]

    init(_ name: String, _ tools: [String], _ commands: String) {
      (testDescription, self.tools, self.commands) = (name, tools, commands)
    }
  }

  private static let separate =
    "objcopy --only-keep-debug program program.debug; strip program; "
    + "objcopy --add-gnu-debuglink=program.debug program"

  @Test(arguments: [
    Form("gcc, DWARF 5", ["gcc"], "gcc -g -O2 -gdwarf-5 program.c -o program"),
    Form("gcc, DWARF 4", ["gcc"], "gcc -g -O2 -gdwarf-4 program.c -o program"),
    Form("clang", ["clang"], "clang -g -O2 program.c -o program"),
    Form("clang, DWARF 4", ["clang"], "clang -g -O2 -gdwarf-4 program.c -o program"),
    Form("no PIE", ["gcc"], "gcc -g -O2 -no-pie program.c -o program"),
    Form("compressed", ["gcc"], "gcc -g -gz -O2 program.c -o program"),
    Form("split", ["gcc"], "gcc -g -gsplit-dwarf -O2 -c program.c; gcc program.o -o program"),
    Form("linked", ["gcc", "objcopy"], "gcc -g -O2 program.c -o program; \(separate)"),
    Form(
      "linked, without build identifier", ["gcc", "objcopy"],
      "gcc -g -O2 -Wl,--build-id=none program.c -o program; \(separate)"),
    Form(
      "linked, in .debug", ["gcc", "objcopy"],
      "gcc -g -O2 program.c -o program; \(separate); mkdir .debug; mv program.debug .debug"),
    Form(
      "dwz", ["gcc", "dwz"],
      "gcc -g -O2 program.c -o program; cp program other; dwz -m common program other"),
  ])
  func inlinedFunctionsAndLines(form: Form) throws {
    guard form.tools.allSatisfy(Toolbox.has) else { return }
    try Self.withProgram(form.commands) { program in
      let frame = try Self.frame(program)
      #expect(frame.symbol == "leaf" && frame.line == 4)
      #expect(frame.file?.hasSuffix("/program.c") == true)
      #expect(frame.inlined?.map(\.symbol) == ["inner", "outer"])
      #expect(frame.inlined?.map(\.line) == [1, 2])
    }
  }

  /// Debug information of another build is not taken, nor is anything but a regular file opened.
  @Test(arguments: [
    "gcc -g -O1 program.c -o program.debug", "rm program.debug; mkfifo program.debug",
    "rm program.debug; mkdir program.debug", "rm program.debug; ln -s /dev/zero program.debug",
  ])
  func whatIsNotItsDebugInformation(replacing: String) throws {
    guard Toolbox.has("gcc"), Toolbox.has("objcopy") else { return }
    try Self.withProgram("gcc -g -O2 program.c -o program; \(Self.separate); \(replacing)") {
      let frame = try Self.frame($0)
      #expect(frame.symbol == nil && frame.line == nil && frame.inlined == nil)
      #expect(frame.image?.hasSuffix("/program") == true)
    }
  }

  /// What a stripped library exports, and the compressed symbols that Fedora leaves in its programs.
  @Test(arguments: [
    Form(
      ".dynsym", ["gcc", "strip"],
      "gcc -O2 -fno-optimize-sibling-calls -rdynamic program.c -o program; strip program"),
    Form(
      ".gnu_debugdata", ["gcc", "objcopy", "xz"],
      "gcc -O2 -fno-optimize-sibling-calls program.c -o program; "
        + "objcopy --only-keep-debug program mini; xz mini; "
        + "strip program; objcopy --add-section .gnu_debugdata=mini.xz program"),
  ])
  func symbolsOfStrippedPrograms(form: Form) throws {
    guard form.tools.allSatisfy(Toolbox.has) else { return }
    try Self.withProgram(form.commands) { program in
      let names = [try Self.frame(program).symbol, try Self.frame(program, 1).symbol]
      #expect(names == ["leaf", "main"])
    }
  }

  /// Frames: `sized` ends before the label that calls it, which has neither type nor size.
  @Test func assemblyHasLabels() throws {
    guard Toolbox.has("gcc") else { return }
    let source = """
      __asm__(".text\\n.globl sized\\n.type sized, @function\\nsized: .cfi_startproc\\n"
              "xor %eax, %eax\\nmov (%rax), %eax\\nret\\n.cfi_endproc\\n.size sized, .-sized\\n"
              ".globl label\\nlabel: .cfi_startproc\\nsub $8, %rsp\\n.cfi_adjust_cfa_offset 8\\n"
              "call sized\\nadd $8, %rsp\\nret\\n.cfi_endproc\\n");
      void label(void);
      int main(void) { label(); return 0; }
      """
    #if arch(x86_64)
      try Self.withProgram("gcc -O1 program.c -o program", source: source) { program in
        let callee = try Self.frame(program)
        let caller = try Self.frame(program, 1)
        #expect(callee.symbol == "sized")
        #expect(caller.symbol == "label" && caller.offset == 9)
      }
    #endif
  }

  /// The file that is mapped has the names, wherever it is by then and whatever took its path.
  @Test(arguments: ["unlink(argv[0])", "rename(\"other\", argv[0])"])
  func aProgramThatLosesItsPath(how: String) throws {
    guard Toolbox.has("gcc") else { return }
    let source = """
      #include <stdio.h>
      #include <unistd.h>
      __attribute__((noinline)) int leaf(volatile int *p) { return *p; }
      int main(int argc, char **argv) { chdir(DIRECTORY); \(how); return leaf((int *)(long)(argc - 1)); }
      """
    try Self.withProgram(
      "gcc -w -g -O1 -DDIRECTORY=\"\\\"$PWD\\\"\" program.c -o program; cp /bin/true other",
      source: source
    ) { program in
      let frame = try Self.frame(program)
      #expect(frame.symbol == "leaf" && frame.line == 3)
    }
  }

  /// A relative program names the frames of a dump as the absolute one does.
  @Test(
    .enabled(if: CoreTests.kernelWritesCores, "the machine writes no core files here"))
  func aRelativeProgramOfADump() throws {
    guard Toolbox.has("gcc") else { return }
    let lab = try Command().executable.path
    let commands =
      "gcc -g -O2 program.c -o program; (ulimit -c unlimited; ./program || true); mv core* dump; "
      + "\(lab) core --format json dump ./program > relative; "
      + "\(lab) core --format json dump $PWD/program > absolute"
    try CorePattern.untouched {
      try Self.withProgram(commands) { program in
        let folder = URL(fileURLWithPath: program).deletingLastPathComponent()
        let frames = try ["relative", "absolute"].map { name in
          let bytes = try Data(contentsOf: folder.appendingPathComponent(name))
          return try JSON.value(RunReport.self, from: Array(bytes))
            .trials.first?.faults.first?.unwind?.frames
        }
        #expect(frames[0]?.first?.symbol == "leaf")
        #expect(frames[0] == frames[1])
      }
    }
  }

  /// CRASHLAB_SOAK says how many damaged programs.
  private static let damages = max(
    1, (Int(ProcessInfo.processInfo.environment["CRASHLAB_SOAK"] ?? "") ?? 200) / 4)

  /// Bytes that are changed anywhere in symbols, debug and call-frame information cost names at most.
  /// In two of the parts those sections are compressed.
  @Test(arguments: 0..<4)
  func damagedDebugInformation(part: UInt64) throws {
    guard Toolbox.has("gcc"), Toolbox.has("readelf") else { return }
    var random = SplitMix64(seed: part)
    let packed = part % 2 == 1 ? "-gz -fno-asynchronous-unwind-tables" : ""
    try Self.withProgram(
      "gcc -g \(packed) -O2 program.c -o program; readelf -SW program > sections"
    ) { program in
      let sections = try Self.sections(program)
      try #require(sections.count > 5)
      let whole = try Data(contentsOf: URL(fileURLWithPath: program))
      for _ in 0..<Self.damages {
        var bytes = whole
        let section = sections[Int(random.next() % UInt64(sections.count))]
        for _ in 0...random.next() % 8 {
          bytes[section.lowerBound + Int(random.next() % UInt64(section.count))] = UInt8(
            truncatingIfNeeded: random.next())
        }
        try placeProgram(bytes, at: program)
        let seen = try Self.trial(program, build: .release)
        #expect(seen.faults.first?.site.kind == .nullPage)
        let frames = try Command(build: .release).run(["frames", "--format", "json", program])
        #expect([0, 65].contains(frames.status), "\(frames.errors)")
      }
    }
  }

  /// Where the sections lie that nobody needs for running.
  private static func sections(_ program: String) throws -> [Range<Int>] {
    let table = try String(contentsOfFile: "\(program.dropLast(7))sections", encoding: .utf8)
    return table.split(separator: "\n").compactMap { line in
      let words = line.drop { $0 != "]" }.dropFirst().split(separator: " ")
      guard words.count > 5, let offset = Int(words[3], radix: 16),
        let size = Int(words[4], radix: 16), size > 0,
        words[0].hasPrefix(".debug") || [".eh_frame", ".symtab", ".strtab"].contains(words[0])
      else { return nil }
      return offset..<offset + size
    }
  }
}

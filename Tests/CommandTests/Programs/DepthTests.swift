import Foundation
import Testing

@testable import CrashLabModel

/// `crashlab frames --depth` held against what a program really uses.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct DepthTests {
  /// A program whose functions call later ones, each of them always: what it uses is the worst case.
  private static func source(seed: UInt64) -> String {
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    func random(_ range: Range<Int>) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return range.lowerBound + Int(state >> 33) % range.count
    }
    let count = random(3..<9)
    var text = """
      #include <pthread.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      static char *begin;

      """
    for number in (1...count).reversed() {
      let size = random(8..<3000)
      let callees =
        number < count ? (0..<random(1..<4)).map { _ in random(number + 1..<count + 1) } : []
      let tail = number < count && random(0..<3) == 0 ? random(number + 1..<count + 1) : nil
      text += """
        __attribute__((noinline, noclone)) void f\(number)(volatile char *p) {
          volatile char b[\(size)];
          for (int i = 0; i < \(size); i++) b[i] = (char)(i | 1);
          switch (*p & 7) { case 1: p[0]++; break; case 3: p[0]--; break; case 4: p[0] += 3; break;
            case 5: p[0] += 5; break; case 6: p[0] ^= 9; break; default: break; }
        \(callees.map { "  f\($0)(p);\n" }.joined())  *p += b[\(size / 2)];
        \(tail.map { "  f\($0)(p);\n" } ?? "")}

        """
    }
    return text + """
      __attribute__((noinline, noclone)) void entry(volatile char *p) {
        begin = __builtin_dwarf_cfa();
        f1(p);
        *p = 2;
      }
      static void *run(void *p) { entry(p); return 0; }
      int main(void) {
        size_t size = 1 << 20;
        char *stack = aligned_alloc(4096, size);
        memset(stack, 0xa5, size);
        pthread_attr_t attributes;
        pthread_t thread;
        char x = 0;
        pthread_attr_init(&attributes);
        pthread_attr_setstack(&attributes, stack, size);
        pthread_create(&thread, &attributes, run, &x);
        pthread_join(thread, 0);
        char *low = stack;
        while (*low == (char)0xa5) low++;
        printf("%ld\\n", (long)(begin - low));
      }

      """
  }

  private static let flags = [
    ["-O0"], ["-O1"], ["-O2"], ["-Os"], ["-O2", "-fno-omit-frame-pointer"],
    ["-O2", "-fstack-clash-protection"], ["-O2", "-fcf-protection"],
  ]

  private static func build(
    _ source: String, _ flags: [String], with compiler: String = "gcc", in folder: String
  ) throws -> String {
    try source.write(toFile: "\(folder)/x.c", atomically: true, encoding: .utf8)
    let result = try Command(path: Toolbox.find(compiler) ?? compiler).run(
      flags + ["-g", "-pthread", "-o", "\(folder)/x", "\(folder)/x.c"])
    try #require(result.status == 0, "\(result.errors)")
    return "\(folder)/x"
  }

  private func depth(_ program: String, _ arguments: [String]) throws -> DepthReport {
    let result = try Command().run(["frames", "--format", "json", program] + arguments)
    return try JSONDecoder().decode(DepthReport.self, from: Data(result.output.utf8))
  }

  @Test(arguments: ["gcc", "clang"].filter(Toolbox.has), flags)
  func boundIsWhatIsUsed(compiler: String, flags: [String]) throws {
    try withTemporaryFolder { folder in
      let seed = UInt64(flags.joined().count * 7 + compiler.count)
      let program = try DepthTests.build(
        DepthTests.source(seed: seed), flags, with: compiler, in: folder)
      let used = try #require(
        Int(
          try Command(path: program).run([]).output.trimmingCharacters(in: .whitespacesAndNewlines))
      )
      let report = try depth(program, ["--depth", "entry"])
      let bound = try #require(report.bound, "\(report.unknown)")
      #expect((0...128).contains(bound - used), "\(bound), \(used)")
      #expect(report.path.first?.symbol == "entry" && report.path.first?.line != nil)
      #expect(report.path.reduce(0) { $0 + $1.bytes } == bound)
    }
  }

  /// A program without names still has to tell the C library where `main` is.
  @Test(
    arguments: ["gcc", "clang", "musl-gcc"].filter(Toolbox.has),
    [["-O2", "-pie", "-fPIE"], ["-O2", "-no-pie", "-fno-pie"], ["-O0", "-fcf-protection"]])
  func mainIsFoundWithoutNames(compiler: String, flags: [String]) throws {
    try withTemporaryFolder { folder in
      let program = try DepthTests.build(
        DepthTests.source(seed: 11), flags, with: compiler, in: folder)
      let named = try depth(program, ["--depth", "main"])
      let strip = try Command(path: Toolbox.find("strip") ?? "strip").run([program])
      try #require(strip.status == 0, "\(strip.errors)")
      let found = try depth(program, ["--depth", "main"])
      #expect(found.entry == "main" && found.path.first?.symbol == "main")
      #expect(found.path.first?.address == named.path.first?.address)
      #expect(found.path.map(\.bytes) == named.path.map(\.bytes))
    }
  }

  /// Nothing in it says so: no function is better than a wrong one.
  @Test func mainOfAStaticProgramWithoutNamesIsNotGuessed() throws {
    try withTemporaryFolder { folder in
      let program = try DepthTests.build(
        DepthTests.source(seed: 11), ["-static", "-s"], in: folder)
      let result = try Command().run(["frames", "--depth", "main", program])
      #expect(result.status == 64 && result.errors.contains("no function 'main'"))
    }
  }

  /// What clang computes in another register is no frame of nothing; a retpoline is a call through a
  /// pointer; behind a call that does not come back lies another function.
  @Test(arguments: [
    (
      "clang", ["-O2"],
      "int use(char *p, long n); int work(long n) { char b[n]; return use(b, n); }",
      CallGraph.Deepest.Unknown.Kind?.some(.dynamicFrame)
    ),
    (
      "gcc", ["-O2", "-mindirect-branch=thunk", "-fcf-protection=none"],
      "void work(void (*f)(int)) { f(1); f(2); }", .indirectCall
    ),
    (
      "gcc", ["-O0", "-fcf-protection=none"],
      """
      void leave(void) __attribute__((noreturn));
      void work(int x) { if (x > 2) leave(); leave(); }
      void next(int x) { char b[5000]; b[0] = (char)x; work(b[0] + x); next(x - 1); }
      """, nil
    ),
  ])
  func boundIsNoneWhereThereIsNone(
    compiler: String, flags: [String], source: String, kind: CallGraph.Deepest.Unknown.Kind?
  ) throws {
    guard Toolbox.has(compiler) else { return }
    try withTemporaryFolder { folder in
      try source.write(toFile: "\(folder)/x.c", atomically: true, encoding: .utf8)
      let built = try Command(path: Toolbox.find(compiler) ?? compiler).run(
        flags + ["-w", "-shared", "-fPIC", "-o", "\(folder)/x.so", "\(folder)/x.c"])
      try #require(built.status == 0, "\(built.errors)")
      let report = try depth("\(folder)/x.so", ["--depth", "work", "--assume", "leave=64"])
      if let kind {
        #expect(report.bound == nil && report.unknown.contains { $0.kind == kind })
      } else {
        #expect(report.bound.map { $0 < 200 } == true, "\(report.unknown)")
        #expect(report.unknown.isEmpty)
      }
    }
  }

  /// They go through the library's table, as those of other files do.
  @Test func libraryCallsItsOwnFunctions() throws {
    try withTemporaryFolder { folder in
      let source = """
        __attribute__((noinline)) void inner(volatile char *p) {
          volatile char b[3000]; for (int i = 0; i < 3000; i++) b[i] = *p; *p += b[7]; }
        void outer(volatile char *p) { inner(p); *p += 1; }
        """
      try source.write(toFile: "\(folder)/l.c", atomically: true, encoding: .utf8)
      let library = "\(folder)/l.so"
      let built = try Command(path: Toolbox.find("gcc") ?? "gcc").run(
        ["-O1", "-shared", "-fPIC", "-fno-optimize-sibling-calls", "\(folder)/l.c", "-o", library])
      #expect(built.status == 0, "\(built.errors)")
      let report = try depth(library, ["--depth", "outer"])
      #expect(report.path.map(\.symbol) == ["outer", "inner"])
      #expect((3000..<3200).contains(report.known))
    }
  }

  @Test func unknownIsNamedAndFails() throws {
    try withTemporaryFolder { folder in
      let source = """
        char *getenv(const char *);
        __attribute__((noinline)) int again(int n) { return n ? again(n - 1) + n * again(n / 2) : 1; }
        __attribute__((noinline)) int through(int (*f)(int), int n) { return f(n) + 1; }
        __attribute__((noinline)) int array(int n) {
          volatile int a[n];
          for (int i = 0; i < n; i++) a[i] = i;
          return a[n / 2];
        }
        int main(int n, char **a) {
          char *p = getenv(*a);
          return again(n) + through(again, n) + array(n) + !p;
        }
        """
      let program = try DepthTests.build(source, ["-O1", "-fno-inline"], in: folder)
      let report = try depth(program, ["--depth", "main"])
      #expect(report.bound == nil && report.known > 0)
      #expect(
        Set(report.unknown.map(\.kind)) == [
          .recursion, .indirectCall, .externalCall, .dynamicFrame,
        ])
      #expect(report.unknown.first { $0.kind == .externalCall }?.symbols == ["getenv"])
      let failing = try Command().run(["frames", "--depth", "main", "--fail-over", "1M", program])
      #expect(failing.status == 1 && failing.errors.contains("--assume"))
      let assumptions = "# measured\nagain=4K\ngetenv=1K\n\narray=2K\nthrough:*=4K\n"
      try assumptions.write(toFile: "\(folder)/a", atomically: true, encoding: .utf8)
      let whole = try depth(program, ["--depth", "main", "--assumptions", "\(folder)/a"])
      #expect(whole.unknown == [] && (4096..<4400).contains(whole.bound ?? 0))
      #expect(
        try Command().run([
          "frames", "--depth", "main", "--fail-over", "4K", "--assumptions", "\(folder)/a", program,
        ]).status == 1)
    }
  }

  @Test func mistakesAreUsage() throws {
    #expect(try Command().run(["frames", "--depth", "no-such", "/bin/ls"]).status == 64)
    #expect(try Command().run(["frames", "--assume", "x=1", "/bin/ls"]).status == 64)
    #expect(try Command().run(["frames", "--depth", "x", "--assume", "x", "/bin/ls"]).status == 64)
    #expect(try Command().run(["frames", "--depth", "x", "/etc/passwd"]).status == 65)
  }
}

import Foundation
import Testing

@testable import CrashLab

/// Functions are called what their programmers called them, whatever language that was.
@Suite struct LanguageNameTests {
  struct Row: Sendable, CustomStringConvertible {
    var description: String
    var tool: String
    var commands: String
    var source: String
    /// Of the first functions that are the program's own, inlined ones too, innermost first.
    var names: [String]
  }

  private static let rows = [
    Row(
      description: "a closure of C++, inlined through a template", tool: "g++",
      commands: "g++ -g -O2 -x c++ program.c -o program",
      source: """
        namespace work {
        template <class T> __attribute__((always_inline)) inline int call(T t) { return t(); }
        }
        int main() {
          int *volatile p = 0;
          auto look = [&]() __attribute__((always_inline)) { return *(volatile int *)p; };
          return work::call(look);
        }
        """,
      names: ["main::(unnamed)::operator()", "work::call<main()::<lambda()> >", "main"]),
    Row(
      description: "of two names for a place the one in the source", tool: "gcc",
      commands: "gcc -g -O1 program.c -o program",
      source: """
        __attribute__((noinline)) int gate(volatile int *p) { return *p; }
        int aardvark(volatile int *p) __attribute__((alias("gate")));
        int main(void) { return aardvark(0) + 1; }
        """, names: ["gate", "main"]),
    Row(
      description: "of many names for a place, in whatever order, the plainest", tool: "gcc",
      commands: "gcc -O1 program.c -o program",
      source: """
        __attribute__((noinline)) int __gate_0(volatile int *p) { return *p; }
        int gate(volatile int *p) __attribute__((alias("__gate_0")));
        """
          + (1..<20).map {
            "int __gate_\($0)(volatile int *p) __attribute__((alias(\"__gate_0\")));\n"
          }.joined() + "int main(void) { return gate(0) + 1; }\n",
      names: ["gate", "main"]),
    Row(
      description: "a module of Fortran", tool: "gfortran",
      commands: "gfortran -g -O0 -fno-backtrace -x f95 program.c -o program",
      source: """
        module work
        contains
          subroutine store(p)
            integer, pointer :: p(:)
            p(1) = 4
          end subroutine
        end module
        program main
          use work
          integer, pointer :: q(:)
          nullify(q)
          call store(q)
        end program
        """, names: ["work::store", "MAIN__"]),
    Row(
      description: "a nested procedure and a task of Ada", tool: "gnatmake",
      commands: "mv program.c program.adb; gnatmake -q -g program.adb",
      source: """
        procedure Program is
          procedure Give_Up;
          pragma Import (C, Give_Up, "abort");
          task Worker;
          task body Worker is
            procedure Work is
            begin
              Give_Up;
            end Work;
          begin
            Work;
          end Worker;
        begin
          null;
        end Program;
        """, names: ["program.worker.work", "program.worker"]),
    Row(
      description: "call frame information that is compressed", tool: "gcc",
      commands: "gcc -g -gz -O1 -fno-asynchronous-unwind-tables -fno-optimize-sibling-calls "
        + "-fomit-frame-pointer program.c -o program",
      source: """
        __attribute__((noinline)) int leaf(volatile int *p) { return *p; }
        __attribute__((noinline)) int middle(volatile int *p) {
          volatile char room[200];
          room[3] = 1;
          return leaf(p) + room[3];
        }
        int main(void) { return middle(0) + 1; }
        """, names: ["leaf", "middle", "main"]),
  ]

  @Test(arguments: rows)
  func ownFunctions(row: Row) throws {
    guard Toolbox.has(row.tool) else { return }
    try DebugInformationTests.withProgram(row.commands, source: row.source) { program in
      let report = "\(program).json"
      _ = try Command().run(["exec", "--no-keep", "--format", "json", "--report", report, program])
      let bytes = try Data(contentsOf: URL(fileURLWithPath: report))
      let told = try JSON.value(RunReport.self, from: Array(bytes))
      let frames = try #require(told.trials.first?.faults.first?.unwind?.frames)
      let own = frames.filter { $0.image == program }.flatMap { frame in
        (frame.inlined ?? []).map(\.symbol) + [frame.symbol ?? "?"]
      }
      #expect(Array(own.prefix(row.names.count)) == row.names)
    }
  }
}

/// The processor's names of its general registers, in DWARF's numbering.
package enum RegisterName {
  #if arch(x86_64)
    package static let all = [
      "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12",
      "r13", "r14", "r15", "rip",
    ]
    package static let stackPointer = "rsp"
  #else
    package static let all = (0...30).map { "x\($0)" } + ["sp", "pc"]
    package static let stackPointer = "sp"
  #endif
}

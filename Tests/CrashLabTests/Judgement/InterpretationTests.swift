#if arch(x86_64)
  import Glibc
  import ObjectFiles
  import Testing

  @testable import CrashLab

  /// Short functions that are followed without being run: what is not understood has no result.
  @Suite struct InterpretationTests {
    struct Row: Sendable, CustomTestStringConvertible {
      var testDescription: String
      var code: [UInt8]
      var result: UInt64?

      init(_ name: String, _ code: [UInt8], _ result: UInt64?) {
        testDescription = name
        self.code = code
        self.result = result
      }
    }

    private static let code: UInt64 = 0x40_1000
    private static let object: UInt64 = 0x50_0000
    private static let threadPointer: UInt64 = 0x60_0000

    /// Code, an object whose second word is 0x1234, and a thread's block with a canary.
    private static func memory(_ code: [UInt8]) -> TargetMemory {
      func page(_ words: [UInt64]) -> [UInt8] {
        words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
      }
      let parts: [(UInt64, [UInt8])] = [
        (InterpretationTests.code, code),
        (object, page([0x50_0000, 0x1234, 0, 3])),
        (threadPointer, page([threadPointer, 0, 0, 0, 0, 0xcafe])),
      ]
      return TargetMemory(
        mappings: parts.map { start, _ in
          Mapping(
            low: Address(start), high: Address(start + 0x1000),
            permissions: start == InterpretationTests.code ? [.read, .execute] : [.read, .write])
        },
        read: { address, buffer in
          guard
            let (start, bytes) = parts.first(where: { $0.0 <= address && address < $0.0 + 0x1000 })
          else { return 0 }
          let rest = bytes.dropFirst(Int(address - start)).prefix(buffer.count)
          buffer.copyBytes(from: rest)
          return rest.count
        }, file: { _ in nil })
    }

    static let rows = [
      Row("lea 0x10(%rip),%rax; ret", [0x48, 0x8d, 0x05, 0x10, 0, 0, 0, 0xc3], 0x40_1017),
      Row(
        "endbr64; mov 8(%rdi),%rax; ret", [0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x8b, 0x47, 8, 0xc3],
        0x1234),
      Row(
        "without a frame pointer's value: push %rbp; mov %rsp,%rbp; mov %rdi,-8(%rbp); mov -8(%rbp),%rax; mov 8(%rax),%rax; pop %rbp; ret",
        [
          0x55, 0x48, 0x89, 0xe5, 0x48, 0x89, 0x7d, 0xf8, 0x48, 0x8b, 0x45, 0xf8,
          0x48, 0x8b, 0x40, 8, 0x5d, 0xc3,
        ], 0x1234),
      Row("mov %fs:0x28,%rax; ret", [0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0, 0xc3], 0xcafe),
      Row(
        "cmpq $3,0x18(%rdi); je +2; ud2; mov $5,%eax; ret",
        [0x48, 0x83, 0x7f, 0x18, 3, 0x74, 2, 0x0f, 0x0b, 0xb8, 5, 0, 0, 0, 0xc3], 5),
      Row("cmpq $4,0x18(%rdi); je +2; ud2", [0x48, 0x83, 0x7f, 0x18, 4, 0x74, 2, 0x0f, 0x0b], nil),
      Row(
        "cmpl $2,0x18(%rdi); mov $1,%eax; mov $9,%edx; cmovg %edx,%eax; ret",
        [
          0x83, 0x7f, 0x18, 2, 0xb8, 1, 0, 0, 0, 0xba, 9, 0, 0, 0, 0x0f, 0x4f, 0xc2, 0xc3,
        ], 9),
      Row(
        "cmpl $-1,0x18(%rdi); mov $1,%eax; mov $9,%edx; cmova %edx,%eax; ret",
        [
          0x83, 0x7f, 0x18, 0xff, 0xb8, 1, 0, 0, 0, 0xba, 9, 0, 0, 0, 0x0f, 0x47, 0xc2, 0xc3,
        ], 1),
      Row(
        "xor %eax,%eax; cmpl $4,0x18(%rdi); setl %al; ret",
        [0x31, 0xc0, 0x83, 0x7f, 0x18, 4, 0x0f, 0x9c, 0xc0, 0xc3], 1),
      // The rest of rax is not known; nor is what a jump depends on.
      Row("cmpl $4,0x18(%rdi); setl %al; ret", [0x83, 0x7f, 0x18, 4, 0x0f, 0x9c, 0xc0, 0xc3], nil),
      Row("xor %eax,%eax; jp +0; ret", [0x31, 0xc0, 0x7a, 0, 0xc3], nil),
      Row("xor %eax,%eax; jrcxz +0; ret", [0x31, 0xc0, 0xe3, 0, 0xc3], nil),
      Row("call +1; ret; mov $7,%eax; ret", [0xe8, 1, 0, 0, 0, 0xc3, 0xb8, 7, 0, 0, 0, 0xc3], 7),
      Row("xor %eax,%eax; ret", [0x31, 0xc0, 0xc3], 0),
      Row(
        "mov (%rdi),%rax; shl $4,%rax; add $-1,%rax; ret",
        [0x48, 0x8b, 0x07, 0x48, 0xc1, 0xe0, 4, 0x48, 0x83, 0xc0, 0xff, 0xc3], 0x4ff_ffff),
      // Nobody knows what is in rax, in rsi, or at 0x10.
      Row("ret", [0xc3], nil),
      Row("lea 8(%rsi),%rax; ret", [0x48, 0x8d, 0x46, 8, 0xc3], nil),
      Row("mov 0x10,%rax; ret", [0x48, 0x8b, 0x04, 0x25, 0x10, 0, 0, 0, 0xc3], nil),
      Row(
        "test %rsi,%rsi; je +0; xor %eax,%eax; ret",
        [0x48, 0x85, 0xf6, 0x74, 0, 0x31, 0xc0, 0xc3], nil),
      // It would change the process.
      Row("xor %eax,%eax; mov %rax,(%rdi); ret", [0x31, 0xc0, 0x48, 0x89, 0x07, 0xc3], nil),
      Row("xor %eax,%eax; syscall; ret", [0x31, 0xc0, 0x0f, 0x05, 0xc3], nil),
      // It goes where there is no code, or for ever.
      Row("jmp *%rdi", [0xff, 0xe7], nil),
      Row("jmp -2", [0xeb, 0xfe], nil),
      Row("call -5", [0xe8, 0xfb, 0xff, 0xff, 0xff], nil),
      Row("no instruction", [0x06], nil),
      Row("cut off", [0x48, 0x8b], nil),
      Row("pop %rax; pop %rax; ret", [0x58, 0x58, 0xc3], nil),
    ]

    @Test(arguments: rows) func follows(row: Row) {
      let memory = Self.memory(row.code)
      #expect(
        memory.result(of: Self.code, argument: Self.object, threadPointer: Self.threadPointer)
          == row.result)
    }

    /// Functions of the C library that only find something, held against calling them.
    @Test(arguments: ["pthread_self", "__errno_location", "__ctype_b_loc", "__h_errno_location"])
    func asTheProcessorDoes(name: String) throws {
      let symbol = try #require(dlsym(nil, name))
      typealias Finding = @convention(c) () -> UInt64
      let called = unsafeBitCast(symbol, to: Finding.self)()
      let memory = TargetMemory(
        of: getpid(), mappings: Mapping.parse(maps: readSmallBytes("/proc/self/maps") ?? []))
      let function = UInt64(UInt(bitPattern: symbol))
      // The base of fs is what pthread_self returns.
      #expect(memory.result(of: function, threadPointer: UInt64(pthread_self())) == called)
    }

    @Test func withoutAThreadPointerThereIsNoThreadLocalStorage() {
      let memory = Self.memory([0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0, 0xc3])
      #expect(memory.result(of: Self.code) == nil)
    }
  }
#endif

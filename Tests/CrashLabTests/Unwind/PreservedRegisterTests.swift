import CHarness
import Testing

@testable import CrashLab

#if arch(x86_64)
  extension WalkTests {
    /// Frames that save every register which a call preserves; the outermost frame lies where one of
    /// them says. A wrong value, of whichever frame, leads elsewhere.
    @Suite(.serialized) struct PreservedRegisterTests {
      /// DWARF's numbers of rbx, rbp, r12 to r15, and in which word of a saving frame each lies.
      private static let places = [3: 5, 6: 6, 12: 4, 13: 3, 14: 2, 15: 1]

      /// CFA = rsp + 64, each register in its word.
      private static let saving: [UInt8] =
        [0x0e, 64]
        + places.sorted { $0.key < $1.key }.flatMap { [0x80 | UInt8($0), UInt8(8 - $1)] }

      /// What a function does between a saving frame and the outermost one.
      struct Between: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// From the function's beginning to the call at 0x20.
        var instructions: [UInt8]
        var words: Int
        /// Words of its frame by the number of the register.
        var saves: [Int: Int] = [:]
      }

      static let between = [
        Between(testDescription: "nothing saved", instructions: [0x0e, 32], words: 4),
        // In the slots lies something else by now.
        Between(
          testDescription: "saved and restored (DW_CFA_restore)",
          instructions: saving + [0x44] + places.keys.map { 0xc0 | UInt8($0) } + [0x0e, 64],
          words: 8),
        Between(
          testDescription: "saved and restored (DW_CFA_restore_extended)",
          instructions: saving + [0x44] + places.keys.flatMap { [0x06, UInt8($0)] } + [0x0e, 64],
          words: 8),
        Between(
          testDescription: "restored on another way out (DW_CFA_remember_state)",
          instructions: [0x0e, 64, 0x0a, 0x44] + saving + [0x48, 0x0b], words: 8),
        Between(
          testDescription: "saved after the call",
          instructions: [0x0e, 32, 0x60] + saving, words: 4),
        Between(
          testDescription: "saved as the last thing before the call",
          instructions: [0x0e, 32, 0x5f] + saving, words: 8, saves: places),
        Between(
          testDescription: "saved by DW_CFA_offset_extended",
          instructions: [0x0e, 64]
            + places.flatMap { [0x05, UInt8($0.key), UInt8(8 - $0.value)] },
          words: 8, saves: places),
        Between(
          testDescription: "saved by DW_CFA_offset_extended_sf",
          instructions: [0x0e, 64]
            + places.flatMap { [0x11, UInt8($0.key), UInt8(8 - $0.value)] },
          words: 8, saves: places),
        Between(
          testDescription: "said to be the same (DW_CFA_same_value)",
          instructions: saving + places.keys.flatMap { [0x08, UInt8($0)] }, words: 8),
        Between(
          testDescription: "CFA by DW_CFA_def_cfa_sf, DW_CFA_def_cfa_offset_sf",
          instructions: [0x12, 7, 0x70, 0x13, 0x7c], words: 4),
        Between(
          testDescription: "locations by DW_CFA_advance_loc1, 2 and 4",
          instructions: [0x02, 1, 0x03, 1, 0, 0x04, 1, 0, 0, 0, 0x0e, 32, 0x02, 0xf0] + saving,
          words: 4),
      ]

      /// - Parameters:
      ///   - frames: that save every register.
      ///   - number: of the register that tells the CFA of the outermost frame.
      private static func walk(
        _ frames: Int, _ between: Between, register number: Int
      ) -> (walk: SyntheticWalk, wanted: [SyntheticWalk.Frame]) {
        let walk = SyntheticWalk(words: 8 * frames + between.words + 32)
        let (saver, middle, outer) = (UInt64(0x200), UInt64(0x300), UInt64(0x400))
        walk.inform([
          .init(start: saver, size: 0x80, instructions: saving),
          .init(start: middle, size: 0x80, instructions: between.instructions),
          // CFA = the register + 16.
          .init(start: outer, size: 0x80, instructions: [0x0c, UInt8(number), 16]),
        ])
        func returned(_ function: UInt64) -> UInt64 { SyntheticWalk.code + function + 0x20 }
        walk.programCounter = SyntheticWalk.code + saver + 0x10
        walk.framePointer = 0x1234
        for index in walk.stack.indices {
          walk.stack[index] = 0xdead_0000_0000 + UInt64(index) << 4
        }
        for frame in 0..<frames {
          walk.stack[8 * frame + 7] = returned(frame + 1 < frames ? saver : middle)
        }
        let base = 8 * frames
        walk.stack[base + between.words - 1] = returned(outer)
        let last = base + between.words + 11
        let value = walk.address(ofWord: last) - 16
        let place = between.saves[number].map { base + $0 } ?? base - 8 + places[number]!
        walk.stack[place] = value
        walk.stack[last - 1] = 0
        var wanted = (0..<frames).map {
          SyntheticWalk.Frame(
            programCounter: $0 == 0 ? walk.programCounter : returned(saver),
            frameAddress: walk.address(ofWord: 8 * $0 + 8))
        }
        wanted.append(
          .init(
            programCounter: returned(middle),
            frameAddress: walk.address(ofWord: base + between.words)))
        wanted.append(
          .init(programCounter: returned(outer), frameAddress: walk.address(ofWord: last)))
        return (walk, wanted)
      }

      /// One by one, in blocks, and in a run that is folded.
      @Test(arguments: [1, 2, 40, 5000], between)
      func eachComesFromTheFrameThatSavedItLast(frames: Int, between: Between) {
        for number in Self.places.keys.sorted() {
          let (walk, wanted) = Self.walk(frames, between, register: number)
          walk.walk()
          #expect(walk.frames == wanted, "register \(number)")
          #expect(walk.trace.complete == 1, "register \(number)")
          if frames == 5000 { #expect(walk.trace.verified > 4000) }
          let compared = walk.comparedWithLibunwind()
          #expect(compared.equal, "register \(compared.differing_register)")
          #expect(compared.frames == UInt64(frames) + 2)
        }
      }

      /// The last frame that saves the registers is in the run that is folded: of the frames behind
      /// it none saves any.
      @Test(arguments: 5000..<5004)
      func theLastOfARunCounts(frames: Int) {
        for number in Self.places.keys.sorted() {
          let walk = SyntheticWalk(words: 12 * frames + 32)
          walk.inform([
            .init(start: 0x200, size: 0x80, instructions: Self.saving),
            .init(start: 0x300, size: 0x80, instructions: [0x0e, 32]),
            .init(start: 0x400, size: 0x80, instructions: [0x0c, UInt8(number), 16]),
          ])
          let (saver, other, outer) = (
            SyntheticWalk.code + 0x220, SyntheticWalk.code + 0x320, SyntheticWalk.code + 0x420
          )
          // From the outside in, so that the outermost of the alternating frames saves nothing.
          let kinds = (0..<frames).map { (frames - $0) % 2 == 0 }
          walk.programCounter = kinds[0] ? saver - 8 : other - 8
          var place = 0
          var lastSaver = 0
          for (index, saves) in kinds.enumerated() {
            if saves { lastSaver = place }
            place += saves ? 8 : 4
            walk.stack[place - 1] =
              index + 1 == frames ? outer : kinds[index + 1] ? saver : other
          }
          let last = place + 11
          walk.stack[lastSaver + Self.places[number]!] = walk.address(ofWord: last) - 16
          walk.stack[last - 1] = 0
          walk.walk()
          #expect(walk.trace.verified > 4000)
          #expect(walk.frames.count == frames + 1)
          #expect(
            walk.frames.last
              == .init(programCounter: outer, frameAddress: walk.address(ofWord: last)),
            "register \(number)")
          #expect(walk.trace.complete == 1)
        }
      }

      /// Nobody says where a frame without information has what it found in a register: what comes
      /// after can be found by the frame pointer, and by nothing else. Also when the table of rules is
      /// full.
      @Test(arguments: [6, 3, 12, 13, 14, 15], [0, 800])
      func afterAGuessOnlyTheFramePointerIsKnown(number: Int, rules: Int) {
        let walk = SyntheticWalk(words: 2 * rules + 64)
        walk.inform([
          .init(start: 0x200, size: 0x80, instructions: Self.saving),
          .init(start: 0x400, size: 0x80, instructions: [0x0c, UInt8(number), 16]),
          .init(start: 0x1000, size: 0x4000, instructions: [0x0e, 16]),
        ])
        let (saver, outer) = (SyntheticWalk.code + 0x220, SyntheticWalk.code + 0x420)
        walk.code[0x420 - 5] = 0xe8
        walk.programCounter = rules == 0 ? saver : SyntheticWalk.code + 0x1000
        for index in 0..<rules {
          walk.stack[2 * index + 1] =
            index + 1 == rules ? saver : SyntheticWalk.code + 0x1010 + 8 * UInt64(index)
        }
        let (base, record, last) = (2 * rules, 2 * rules + 12, 2 * rules + 24)
        for place in Self.places.values {
          walk.stack[base + place] = walk.address(ofWord: last) - 16
        }
        walk.stack[base + 6] = walk.address(ofWord: record)
        walk.stack[base + 7] = walk.returnAddress(1)
        walk.stack[record] = walk.address(ofWord: last) - 16
        walk.stack[record + 1] = outer
        walk.walk()
        #expect(walk.frames.count == rules + 3)
        #expect(walk.frames.last?.programCounter == outer)
        let ends = number == 6 ? CLAB_STOP_NULL_RETURN : CLAB_STOP_NO_RULE
        #expect(walk.trace.stop == ends.rawValue)
        #expect(
          walk.frames.last?.frameAddress
            == walk.address(ofWord: number == 6 ? last : record + 2))
      }

      /// DW_CFA_register, and what that one held is lost by a frame without information: no frame is
      /// found by the frame pointer, however likely its old value looks, until one has saved it.
      @Test(arguments: [false, true], [false, true])
      func aLostFramePointerIsNotFollowed(saved: Bool, outermost: Bool) {
        let walk = SyntheticWalk(words: 64)
        let functions: [[UInt8]] = [
          Self.saving, [0x0e, 32, 0x09, 6, 13], [0x0e, 32], saved ? Self.saving : [0x0e, 64],
          [0x0c, 6, 16] + (outermost ? [0x07, 16] : []),
        ]
        walk.inform(
          functions.enumerated().map {
            .init(start: 0x200 + 0x100 * UInt64($0.offset), size: 0x80, instructions: $0.element)
          })
        let returns = (0..<5).map { SyntheticWalk.code + 0x220 + 0x100 * UInt64($0) }
        walk.code[0x320 - 5] = 0xe8
        walk.programCounter = returns[0]
        let last = 50
        walk.stack[6] = walk.address(ofWord: 12)
        walk.stack[7] = walk.returnAddress(1)
        walk.stack[12] = walk.address(ofWord: last) - 16
        for (place, address) in zip([13, 17, 21, 29], returns.dropFirst()) {
          walk.stack[place] = address
        }
        walk.stack[22 + Self.places[6]!] = walk.address(ofWord: last) - 16
        walk.walk()
        #expect(
          walk.frames.map(\.programCounter)
            == [returns[0], walk.returnAddress(1)] + returns.dropFirst())
        #expect(walk.frames.last?.frameAddress == walk.address(ofWord: saved ? last : 30))
        let stop =
          outermost ? CLAB_STOP_OUTERMOST : saved ? CLAB_STOP_NULL_RETURN : CLAB_STOP_NO_RULE
        #expect(walk.trace.stop == stop.rawValue)
      }

      /// libunwind takes a frame whose caller's frame pointer is undefined for the outermost. It is not:
      /// that would be one whose return address is.
      @Test func undefinedFramePointerIsNoEnd() {
        let walk = SyntheticWalk(words: 16)
        walk.inform([
          .init(start: 0x200, size: 0x80, instructions: [0x0e, 32, 0x07, 6]),
          .init(start: 0x300, size: 0x80, instructions: [0x0e, 32]),
        ])
        walk.programCounter = SyntheticWalk.code + 0x220
        walk.stack[3] = SyntheticWalk.code + 0x320
        walk.walk()
        #expect(walk.frames.count == 1)
        #expect(walk.trace.stop == CLAB_STOP_NO_RULE.rawValue)
        #expect(walk.trace.complete == 0)
      }

      /// A row holds from its own address on; of a return address the byte before counts.
      @Test(arguments: [(0x13, 32), (0x14, 64), (0x15, 64)] as [(UInt64, UInt64)])
      func rowHoldsFromItsAddressOn(offset: UInt64, size: UInt64) {
        let walk = SyntheticWalk(words: 16)
        walk.inform([.init(start: 0x200, size: 0x80, instructions: [0x0e, 32, 0x54, 0x0e, 64])])
        walk.programCounter = SyntheticWalk.code + 0x200 + offset
        walk.walk()
        #expect(walk.frames.first?.frameAddress == SyntheticWalk.stack + size)
      }
    }
  }
#endif

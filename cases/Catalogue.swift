public import CrashLab

/// Every case, by folder. A test holds this list against the files.
public let catalogue = CaseCollection([
  CaseFolder(
    "threads",
    [
      threadRecursion, threadMutualRecursion, threadIrregularRecursion, threadDeepCallback,
      threadSmallestStack, threadWideGuard, threadNoGuard, threadOwnStack, threadMadviseGuard,
      threadBystanders, threadDispatchWorker, threadOverflowInSignalHandler, threadSimultaneous,
      threadExitDestructor, threadCachedStackLargerGuard, threadCachedStackKeptGuard,
      threadCachedStackSmallerGuard, threadReadOnlyGuardWrite, threadReadOnlyGuardRead,
      threadHoleInStack,
    ]),
  CaseFolder("main-stack", [mainRecursion, mainLowRlimit, mainHugeArray, mainGrowthBlocked]),
  CaseFolder(
    "arrays",
    [
      arraySkipsGuard, arraySkipsIntoNothing, arrayTopDown, arrayProbed, arrayVariableLength,
      arrayAllocaLoop, arraySwiftInline, arraySwiftTemporarySmall, arraySwiftTemporaryLarge,
    ]),
  CaseFolder(
    "coroutines",
    [
      coroutineRecursion, coroutineUnguarded, coroutinePoolNeighbour, coroutineHugeArray,
      coroutineMadviseGuard, coroutineSmallStackLibraryCall, coroutineOneOfTenThousand,
      coroutineUcontext, taskRecursion, asyncRecursion,
    ]),
  CaseFolder(
    "swift",
    [
      swiftEnumRelease, swiftDeinitChain, swiftDeinitChainList, swiftCodableNestingDecoder,
      swiftCodableNestingHandWritten, swiftFatalError,
    ]),
  CaseFolder(
    "handlers",
    [
      noAlternateStack, flagMissing, alternateStackTooSmall, alternateStackBadUnmapped,
      alternateStackBadProtNone, alternateStackBadReadOnly, alternateStackBadTruncatedFile,
      alternateStackOverflow, alternateStackUnguarded, alternateStackAutodisarm, signalBlocked,
      signalIgnored, faultInHandler, faultInHandlerNodefer,
      handlerReturns, handlerTakesLock, sentSignalRaise, sentSignalKill, sentSignalQueue,
    ]),
  CaseFolder(
    "recovery",
    [recoverLongjmp, recoverThreadExit, recoverGrow, recoverYellowZone, recoverRedZone]),
  CaseFolder("isolation", [siblingProcess, sharedMemoryProcess, vforkChild, grandchild]),
  CaseFolder(
    "controls",
    [
      nullRead, nullWrite, nullCall, wildPointer, nonCanonical, readOnlyWrite, noExecuteJump,
      useAfterUnmap, heapGuard, mappedFileTruncated, divideByZero, illegalInstruction, abortCase,
      swiftExclusivity, exitZero, exitNonzero, hang,
    ]),
])

# One CMake target per box of the house (docs/architecture.md).  A target
# exposes its own folder and nothing else, so an #include that the design does
# not allow does not compile.

set(TASUKI_SANITIZE "OFF" CACHE STRING "OFF, asan (address+undefined) or tsan")
option(TASUKI_CRASH_POINTS "compile the named crash points in (tests)" OFF)
option(TASUKI_FUZZ "build the libFuzzer targets (clang)" OFF)
option(TASUKI_COVERAGE "instrument for gcov" OFF)

add_library(tasuki_flags INTERFACE)
target_compile_definitions(tasuki_flags INTERFACE _GNU_SOURCE)
target_compile_options(tasuki_flags INTERFACE
	-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes
	-Wmissing-prototypes -Wvla -Werror -fno-common -fstack-protector-strong)
if(TASUKI_SANITIZE STREQUAL "asan")
	set(san -fsanitize=address,undefined -fno-sanitize-recover=all
		-fno-omit-frame-pointer)
elseif(TASUKI_SANITIZE STREQUAL "tsan")
	set(san -fsanitize=thread -fno-omit-frame-pointer)
endif()
if(san)
	target_compile_options(tasuki_flags INTERFACE ${san})
	target_link_options(tasuki_flags INTERFACE ${san})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
	target_compile_options(tasuki_flags INTERFACE -fPIE)
	target_compile_definitions(tasuki_flags INTERFACE _FORTIFY_SOURCE=2)
	target_link_options(tasuki_flags INTERFACE -pie -Wl,-z,relro,-z,now)
endif()
if(TASUKI_CRASH_POINTS)
	target_compile_definitions(tasuki_flags INTERFACE TASUKI_CRASH_POINTS)
endif()
if(TASUKI_COVERAGE)
	target_compile_options(tasuki_flags INTERFACE --coverage)
	target_link_options(tasuki_flags INTERFACE --coverage)
endif()
if(TASUKI_FUZZ)
	target_compile_options(tasuki_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# tasuki_library(NAME SOURCES ... USES ours... OUTSIDE packages...)
# USES: our targets whose headers appear in NAME's headers or sources.
# OUTSIDE: imported targets (PkgConfig::*), seen by NAME's sources only.
function(tasuki_library name)
	cmake_parse_arguments(A "" "" "SOURCES;USES;OUTSIDE" ${ARGN})
	add_library(${name} STATIC ${A_SOURCES})
	target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
	target_link_libraries(${name} PUBLIC ${A_USES}
		PRIVATE tasuki_flags ${A_OUTSIDE})
endfunction()

# tasuki_program(NAME SOURCES ... USES ... OUTSIDE ...): lands in build/*/bin.
function(tasuki_program name)
	cmake_parse_arguments(A "" "" "SOURCES;USES;OUTSIDE" ${ARGN})
	add_executable(${name} ${A_SOURCES})
	target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
	target_link_libraries(${name} PRIVATE tasuki_flags ${A_USES} ${A_OUTSIDE})
	set_target_properties(${name} PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# tasuki_test(NAME SOURCES ... USES ... OUTSIDE ...): a cmocka program run by
# ctest, with the source folder in the environment as TASUKI_SOURCE.
function(tasuki_test name)
	cmake_parse_arguments(A "" "" "SOURCES;USES;OUTSIDE" ${ARGN})
	add_executable(${name} ${A_SOURCES})
	target_link_libraries(${name} PRIVATE tasuki_flags ${A_USES}
		${A_OUTSIDE} PkgConfig::CMOCKA)
	set_target_properties(${name} PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	add_test(NAME ${name} COMMAND ${name})
	set_tests_properties(${name} PROPERTIES TIMEOUT 300
		ENVIRONMENT "TASUKI_SOURCE=${CMAKE_SOURCE_DIR}")
endfunction()

# tasuki_fuzzer(NAME SOURCES ... USES ...): a libFuzzer target; its seeds lie in
# tests/fuzz/corpus/NAME.
function(tasuki_fuzzer name)
	if(NOT TASUKI_FUZZ)
		return()
	endif()
	cmake_parse_arguments(A "" "" "SOURCES;USES;OUTSIDE" ${ARGN})
	add_executable(${name} ${A_SOURCES})
	target_link_libraries(${name} PRIVATE tasuki_flags ${A_USES} ${A_OUTSIDE})
	target_link_options(${name} PRIVATE -fsanitize=fuzzer)
	set_target_properties(${name} PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
endfunction()

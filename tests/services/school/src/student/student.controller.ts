import * as common from "@nestjs/common";

@common.Controller("students")
export class StudentController {}

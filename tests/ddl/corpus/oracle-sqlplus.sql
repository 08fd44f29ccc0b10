REM   School schema, for SQL*Plus.
REM   It's run as: @school.sql "password; really"
rem
SET ECHO OFF
SET FEEDBACK 1
set define on verify off
WHENEVER SQLERROR EXIT SQL.SQLCODE ROLLBACK
DEFINE tbs = USERS
ACCEPT pw CHAR PROMPT 'The owner''s password: ' HIDE
ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD';
spool school.log

BEGIN
  FOR t IN (SELECT table_name FROM user_tables WHERE table_name LIKE 'SCH\_%' ESCAPE '\') LOOP
    EXECUTE IMMEDIATE 'DROP TABLE ' || t.table_name || ' CASCADE CONSTRAINTS PURGE';
  END LOOP;
EXCEPTION
  WHEN OTHERS THEN NULL; -- it's fine
END;
/

Prompt ******  Creating SUBJECTS table; that's the first ....

CREATE TABLE subjects
    ( subject_id     NUMBER
       CONSTRAINT  subject_id_nn NOT NULL
    , subject_name   VARCHAR2(25)
    )
/

CREATE UNIQUE INDEX subj_id_pkx
ON subjects (subject_id);

ALTER TABLE subjects
ADD ( CONSTRAINT subj_id_pk
       		 PRIMARY KEY (subject_id)
    ) ;

Prompt ******  Creating COUNTRIES table ....

CREATE TABLE countries
    ( country_id      CHAR(2)
       CONSTRAINT  country_id_nn NOT NULL
    , country_name    VARCHAR2(60)
    , subject_id      NUMBER
    , CONSTRAINT     country_c_id_pk
        	     PRIMARY KEY (country_id)
    )
    ORGANIZATION INDEX;

ALTER TABLE countries
ADD ( CONSTRAINT countr_subj_fk
        	 FOREIGN KEY (subject_id)
          	  REFERENCES subjects(subject_id)
    ) ;

CREATE TABLE teachers (
      teacher_id     NUMBER(6)
    , first_name     VARCHAR2(20)
    , last_name      VARCHAR2(25) CONSTRAINT teach_last_nn NOT NULL
    , email          VARCHAR2(25) CONSTRAINT teach_email_nn NOT NULL
    , phone_number   VARCHAR2(20)
    , hire_date      DATE CONSTRAINT teach_hire_nn NOT NULL
    , salary         NUMBER(8,2)
    , commission_pct NUMBER(2,2)
    , head_id        NUMBER(6)
    , country_id     CHAR(2) REFERENCES countries
    , CONSTRAINT     teach_salary_min CHECK (salary > 0)
    , CONSTRAINT     teach_email_uk UNIQUE (email)
    ) TABLESPACE &tbs;

ALTER TABLE teachers
ADD ( CONSTRAINT     teach_id_pk
                     PRIMARY KEY (teacher_id)
    , CONSTRAINT     teach_head_fk
                     FOREIGN KEY (head_id)
                      REFERENCES teachers
    ) ;

CREATE SEQUENCE teachers_seq
 START WITH     207
 INCREMENT BY   1
 NOCACHE
 NOCYCLE;

CREATE TABLE lessons
   ( teacher_id   NUMBER(6) NOT NULL
   , start_date   DATE NOT NULL
   , end_date     DATE
   , room         VARCHAR2(10)
   , constraint   les_date_ck CHECK (end_date > start_date)
   , constraint   les_pk PRIMARY KEY (teacher_id, start_date)
   , constraint   les_teacher_fk FOREIGN KEY (teacher_id) REFERENCES teachers (teacher_id) ON DELETE CASCADE
   );
ALTER TABLE lessons DISABLE CONSTRAINT les_teacher_fk;

COMMENT ON TABLE lessons
IS 'Who teaches when; doesn''t hold the past. References "teachers" (by its key).';
COMMENT ON COLUMN lessons.room IS
'A; B; or null';

create or replace procedure add_lesson
  (p_id lessons.teacher_id%type, p_start lessons.start_date%type)
is
begin
  insert into lessons (teacher_id, start_date) values (p_id, p_start);
  /* it's
     CREATE TABLE not_here (x NUMBER);
  */
end add_lesson;
/
show errors

CREATE OR REPLACE PACKAGE BODY school_pkg AS
  PROCEDURE tidy IS
    sql_text VARCHAR2(200) := q'{CREATE TABLE tmp_x (a NUMBER); it's}';
  BEGIN
    EXECUTE IMMEDIATE sql_text;
  END tidy;
END school_pkg;
/

CREATE TABLE pupils (
  id            INTEGER         PRIMARY KEY,
  name          NVARCHAR2(50)   NOT NULL,
  nick          VARCHAR(20),
  grade         SMALLINT        DEFAULT 1 NOT NULL,
  born          DATE            DEFAULT DATE '2010-01-01',
  height        FLOAT,
  weight        REAL,
  score         DOUBLE PRECISION,
  pocket_money  DECIMAL(7,2)    DEFAULT 0.00 CHECK (pocket_money BETWEEN 0 AND 500),
  fees          NUMERIC(10),
  house         CHAR(1)         DEFAULT 'G' NOT NULL CONSTRAINT house_ck CHECK (house IN ('G', 'S', 'R', ';')),
  essay         LONG,
  photo         LONG RAW,
  remark        NCLOB,
  initials      NCHAR(3),
  joined        TIMESTAMP       DEFAULT SYSTIMESTAMP,
  left_at       TIMESTAMP WITH TIME ZONE,
  guardian_id   INT,
  UNIQUE (name, born)
);
alter table pupils add (mentor_id number(6), "Locker #" varchar2(8 char) default 'L-1' not null);
alter table pupils add constraint pupils_mentor_fk foreign key (mentor_id) references teachers (teacher_id) on delete set null deferrable initially deferred;
alter table pupils modify nick varchar2(30);
alter table pupils modify (grade number(3), weight default 0 not null);
alter table pupils drop column guardian_id;
alter table pupils rename column remark to notes;

CREATE TABLE pupil_subjects (
  pupil_id    NUMBER(38)  NOT NULL,
  subject_id  NUMBER      NOT NULL,
  mark        NUMBER(2,1),
  CONSTRAINT pupil_subjects_pk PRIMARY KEY (pupil_id, subject_id)
    USING INDEX TABLESPACE &&tbs STORAGE (INITIAL 64K NEXT 64K),
  CONSTRAINT ps_subject_fk FOREIGN KEY (subject_id) REFERENCES school.subjects (subject_id)
)
CLUSTER pupil_cluster (pupil_id);

insert into subjects values (1, 'Maths; it''s hard');
insert into subjects values (2, 'Art (free)');
insert all
  into subjects values (3, 'a')
  into subjects values (4, 'b')
select * from dual;
commit;

CREATE TABLE thrown_away (x NUMBER);
DROP TABLE thrown_away PURGE;

grant select on teachers to public;
CREATE PUBLIC SYNONYM teachers FOR school.teachers;
CREATE MATERIALIZED VIEW teacher_count BUILD IMMEDIATE REFRESH ON DEMAND AS SELECT country_id, COUNT(*) n FROM teachers GROUP BY country_id;
@@more_tables.sql
EXEC DBMS_STATS.GATHER_SCHEMA_STATS('SCHOOL')
spool off
EXIT

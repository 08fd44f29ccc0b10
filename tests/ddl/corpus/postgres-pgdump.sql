--
-- PostgreSQL database dump
--

\restrict kQ3vTzPz0aJr9oW2yYxq1d5mNfLbU7cHgE4sRiA8tVwXeMnBoKjDpZlCuG6hIS

-- Dumped from database version 15.14 (Debian 15.14-0+deb12u1)
-- Dumped by pg_dump version 15.14 (Debian 15.14-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: library; Type: SCHEMA; Schema: -; Owner: librarian
--

CREATE SCHEMA library;


ALTER SCHEMA library OWNER TO librarian;

--
-- Name: citext; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;


--
-- Name: EXTENSION citext; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';


--
-- Name: loan_state; Type: TYPE; Schema: library; Owner: librarian
--

CREATE TYPE library.loan_state AS ENUM (
    'open',
    'late; reminded',
    'closed',
    'lost (paid)'
);


ALTER TYPE library.loan_state OWNER TO librarian;

--
-- Name: postal_address; Type: TYPE; Schema: library; Owner: librarian
--

CREATE TYPE library.postal_address AS (
	street character varying(80),
	city text,
	zip character(5),
	located_at timestamp with time zone
);


ALTER TYPE library.postal_address OWNER TO librarian;

--
-- Name: isbn13; Type: DOMAIN; Schema: library; Owner: librarian
--

CREATE DOMAIN library.isbn13 AS character(13)
	CONSTRAINT isbn13_check CHECK ((VALUE ~ '^97[89][0-9]{10}$'::text));


ALTER DOMAIN library.isbn13 OWNER TO librarian;

--
-- Name: stars; Type: DOMAIN; Schema: library; Owner: librarian
--

CREATE DOMAIN library.stars AS smallint NOT NULL DEFAULT 3
	CONSTRAINT stars_check CHECK (((VALUE >= 1) AND (VALUE <= 5)));


ALTER DOMAIN library.stars OWNER TO librarian;

--
-- Name: touch(); Type: FUNCTION; Schema: library; Owner: librarian
--

CREATE FUNCTION library.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
BEGIN
    -- it's a body; nothing in it counts: CREATE TABLE ghost (id integer);
    EXECUTE 'CREATE TEMP TABLE IF NOT EXISTS touched (id bigint)';
    CREATE TEMP TABLE IF NOT EXISTS also_touched (
        id bigint
    );
    NEW.changed_at := now();
    RETURN NEW;
END;
$_$;


ALTER FUNCTION library.touch() OWNER TO librarian;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: author; Type: TABLE; Schema: library; Owner: librarian
--

CREATE TABLE library.author (
    author_id integer NOT NULL,
    full_name public.citext NOT NULL,
    born date,
    died date,
    pen_names text[] DEFAULT '{}'::text[] NOT NULL,
    homepage character varying(300) DEFAULT 'none; yet'::character varying,
    home library.postal_address,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT author_check CHECK (((died IS NULL) OR (died > born)))
);


ALTER TABLE library.author OWNER TO librarian;

--
-- Name: TABLE author; Type: COMMENT; Schema: library; Owner: librarian
--

COMMENT ON TABLE library.author IS 'People who wrote something; they needn''t be alive (see "died")';


--
-- Name: COLUMN author.pen_names; Type: COMMENT; Schema: library; Owner: librarian
--

COMMENT ON COLUMN library.author.pen_names IS 'as printed;
one each line';


--
-- Name: author_author_id_seq; Type: SEQUENCE; Schema: library; Owner: librarian
--

CREATE SEQUENCE library.author_author_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE library.author_author_id_seq OWNER TO librarian;

--
-- Name: author_author_id_seq; Type: SEQUENCE OWNED BY; Schema: library; Owner: librarian
--

ALTER SEQUENCE library.author_author_id_seq OWNED BY library.author.author_id;


--
-- Name: book; Type: TABLE; Schema: library; Owner: librarian
--

CREATE TABLE library.book (
    book_id bigint NOT NULL,
    isbn library.isbn13,
    title text NOT NULL,
    subtitle character varying,
    language character(2) DEFAULT 'en'::bpchar NOT NULL,
    pages smallint,
    price numeric(10,2) DEFAULT 0.00,
    weight real,
    rating library.stars,
    average double precision,
    cover bytea,
    keywords character varying(40)[],
    page_sizes integer[],
    extra jsonb DEFAULT '{"a": [1, 2], "it''s": ";"}'::jsonb NOT NULL,
    found tsvector GENERATED ALWAYS AS (to_tsvector('english'::regconfig, ((title || ' '::text) || (COALESCE(subtitle, ''::character varying))::text))) STORED,
    title_length integer GENERATED ALWAYS AS (length(title)) STORED,
    CONSTRAINT book_pages_check CHECK (((pages > 0) AND (pages < 20000))),
    CONSTRAINT book_price_check CHECK ((price >= (0)::numeric))
);


ALTER TABLE library.book OWNER TO librarian;

--
-- Name: book_book_id_seq; Type: SEQUENCE; Schema: library; Owner: librarian
--

ALTER TABLE library.book ALTER COLUMN book_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME library.book_book_id_seq
    START WITH 1000
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: book_author; Type: TABLE; Schema: library; Owner: librarian
--

CREATE TABLE library.book_author (
    book_id bigint NOT NULL,
    author_id integer NOT NULL,
    "position" smallint DEFAULT 1 NOT NULL,
    role character varying(20)
);


ALTER TABLE library.book_author OWNER TO librarian;

--
-- Name: branch; Type: TABLE; Schema: library; Owner: librarian
--

CREATE TABLE library.branch (
    branch_code character varying(8) NOT NULL,
    name text COLLATE pg_catalog."C" NOT NULL,
    address library.postal_address NOT NULL,
    opens time without time zone DEFAULT '09:00:00'::time without time zone,
    closes time with time zone,
    network inet,
    mac macaddr,
    area numeric,
    "where" point
)
WITH (fillfactor='80', autovacuum_enabled='true');


ALTER TABLE library.branch OWNER TO librarian;

--
-- Name: loan; Type: TABLE; Schema: library; Owner: librarian
--

CREATE TABLE library.loan (
    loan_id bigint NOT NULL,
    copy_id uuid NOT NULL,
    member_id integer,
    state library.loan_state DEFAULT 'open'::library.loan_state NOT NULL,
    earlier_states library.loan_state[],
    lent_on date DEFAULT CURRENT_DATE NOT NULL,
    due interval DEFAULT '28 days'::interval NOT NULL,
    returned_at timestamp(0) without time zone,
    during daterange,
    fine money
)
PARTITION BY RANGE (lent_on);


ALTER TABLE library.loan OWNER TO librarian;

--
-- Name: loan_2023; Type: TABLE; Schema: library; Owner: librarian
--

CREATE TABLE library.loan_2023 (
    loan_id bigint NOT NULL,
    copy_id uuid NOT NULL,
    member_id integer,
    state library.loan_state DEFAULT 'open'::library.loan_state NOT NULL,
    earlier_states library.loan_state[],
    lent_on date DEFAULT CURRENT_DATE NOT NULL,
    due interval DEFAULT '28 days'::interval NOT NULL,
    returned_at timestamp(0) without time zone,
    during daterange,
    fine money
);


ALTER TABLE library.loan_2023 OWNER TO librarian;

--
-- Name: copy; Type: TABLE; Schema: library; Owner: librarian
--

CREATE TABLE library.copy (
    copy_id uuid DEFAULT gen_random_uuid() NOT NULL,
    book_id bigint NOT NULL,
    branch_code character varying(8),
    bought_at timestamp without time zone DEFAULT CURRENT_TIMESTAMP,
    flags bit(8) DEFAULT '00000000'::"bit",
    marks bit varying(64),
    state_xml xml
);


ALTER TABLE library.copy OWNER TO librarian;

--
-- Name: member; Type: TABLE; Schema: library; Owner: librarian
--

CREATE TABLE library.member (
    member_id integer NOT NULL,
    email public.citext NOT NULL,
    "Full Name" character varying(120),
    "päss-wort" text,
    quota numeric(6,0) DEFAULT 10,
    balance numeric(12,3),
    blocked boolean DEFAULT false NOT NULL,
    referred_by integer,
    preferences json,
    last_login timestamp(3) with time zone
);


ALTER TABLE library.member OWNER TO librarian;

--
-- Name: member_member_id_seq; Type: SEQUENCE; Schema: library; Owner: librarian
--

ALTER TABLE library.member ALTER COLUMN member_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME library.member_member_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: overdue; Type: VIEW; Schema: library; Owner: librarian
--

CREATE VIEW library.overdue AS
 SELECT loan.loan_id,
    (loan.lent_on + loan.due) AS due_on
   FROM library.loan
  WHERE (loan.state = 'open'::library.loan_state);


ALTER TABLE library.overdue OWNER TO librarian;

--
-- Name: popular; Type: MATERIALIZED VIEW; Schema: library; Owner: librarian
--

CREATE MATERIALIZED VIEW library.popular AS
 SELECT copy.book_id,
    count(*) AS loans
   FROM library.copy
  GROUP BY copy.book_id
  WITH NO DATA;


ALTER TABLE library.popular OWNER TO librarian;

--
-- Name: reservation; Type: TABLE; Schema: library; Owner: librarian
--

CREATE UNLOGGED TABLE library.reservation (
    book_id bigint NOT NULL,
    member_id integer NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    note text,
    room integer,
    slot tstzrange
);


ALTER TABLE library.reservation OWNER TO librarian;

--
-- Name: schema_history; Type: TABLE; Schema: library; Owner: librarian
--

CREATE TABLE library.schema_history (
    installed_rank integer NOT NULL,
    version character varying(50),
    description character varying(200) NOT NULL,
    checksum integer,
    installed_on timestamp without time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL
);


ALTER TABLE library.schema_history OWNER TO librarian;

--
-- Name: loan_2023; Type: TABLE ATTACH; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.loan ATTACH PARTITION library.loan_2023 FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');


--
-- Name: author author_id; Type: DEFAULT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.author ALTER COLUMN author_id SET DEFAULT nextval('library.author_author_id_seq'::regclass);


--
-- Data for Name: author; Type: TABLE DATA; Schema: library; Owner: librarian
--

COPY library.author (author_id, full_name, born, died, pen_names, homepage, home, changed_at) FROM stdin;
1	O'Hara; Jane (the elder	1901-02-03	\N	{}	\N	("1 Main St, rear",Köln,50667,)	2023-01-01 00:00:00+00
2	CREATE TABLE evil (id integer);	1950-01-01	\N	{"a;b","c\\"d"}	none; yet	\N	2023-01-01 00:00:00+00
3	-- no comment /* nor this	\N	\N	{}	https://example.org/?q='	\N	2023-01-01 00:00:00+00
\.


--
-- Data for Name: schema_history; Type: TABLE DATA; Schema: library; Owner: librarian
--

COPY library.schema_history (installed_rank, version, description, checksum, installed_on, success) FROM stdin;
1	1.0	first; it's only $$ a start	\N	2023-01-01 00:00:00	t
\.


--
-- Name: author_author_id_seq; Type: SEQUENCE SET; Schema: library; Owner: librarian
--

SELECT pg_catalog.setval('library.author_author_id_seq', 3, true);


--
-- Name: author author_pkey; Type: CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.author
    ADD CONSTRAINT author_pkey PRIMARY KEY (author_id);


--
-- Name: book_author book_author_pkey; Type: CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.book_author
    ADD CONSTRAINT book_author_pkey PRIMARY KEY (book_id, author_id) INCLUDE ("position");


--
-- Name: book book_isbn_key; Type: CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.book
    ADD CONSTRAINT book_isbn_key UNIQUE (isbn);


--
-- Name: book book_pkey; Type: CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.book
    ADD CONSTRAINT book_pkey PRIMARY KEY (book_id);


--
-- Name: branch branch_pkey; Type: CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.branch
    ADD CONSTRAINT branch_pkey PRIMARY KEY (branch_code);


--
-- Name: copy copy_pkey; Type: CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.copy
    ADD CONSTRAINT copy_pkey PRIMARY KEY (copy_id);

ALTER TABLE ONLY library.copy REPLICA IDENTITY FULL;


--
-- Name: loan loan_pkey; Type: CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.loan
    ADD CONSTRAINT loan_pkey PRIMARY KEY (loan_id, lent_on);


--
-- Name: loan_2023 loan_2023_pkey; Type: CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.loan_2023
    ADD CONSTRAINT loan_2023_pkey PRIMARY KEY (loan_id, lent_on);


--
-- Name: member member_pkey; Type: CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.member
    ADD CONSTRAINT member_pkey PRIMARY KEY (member_id);


--
-- Name: reservation reservation_key; Type: CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.reservation
    ADD CONSTRAINT reservation_key UNIQUE NULLS NOT DISTINCT (book_id, member_id);


--
-- Name: schema_history schema_history_pk; Type: CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.schema_history
    ADD CONSTRAINT schema_history_pk PRIMARY KEY (installed_rank);


--
-- Name: book_title_idx; Type: INDEX; Schema: library; Owner: librarian
--

CREATE INDEX book_title_idx ON library.book USING btree (lower(title) text_pattern_ops);


--
-- Name: book_found_idx; Type: INDEX; Schema: library; Owner: librarian
--

CREATE INDEX book_found_idx ON library.book USING gin (found);


--
-- Name: loan_member_idx; Type: INDEX; Schema: library; Owner: librarian
--

CREATE INDEX loan_member_idx ON ONLY library.loan USING btree (member_id);


--
-- Name: member_email_idx; Type: INDEX; Schema: library; Owner: librarian
--

CREATE UNIQUE INDEX member_email_idx ON library.member USING btree (email);


--
-- Name: member_name_idx; Type: INDEX; Schema: library; Owner: librarian
--

CREATE UNIQUE INDEX member_name_idx ON library.member USING btree (lower(("Full Name")::text));


--
-- Name: reservation_one_idx; Type: INDEX; Schema: library; Owner: librarian
--

CREATE UNIQUE INDEX reservation_one_idx ON library.reservation USING btree (member_id) WHERE (note IS NULL);


--
-- Name: loan_2023_pkey; Type: INDEX ATTACH; Schema: library; Owner: librarian
--

ALTER INDEX library.loan_pkey ATTACH PARTITION library.loan_2023_pkey;


--
-- Name: author author_touch; Type: TRIGGER; Schema: library; Owner: librarian
--

CREATE TRIGGER author_touch BEFORE UPDATE ON library.author FOR EACH ROW EXECUTE FUNCTION library.touch();


--
-- Name: book_author book_author_author_id_fkey; Type: FK CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.book_author
    ADD CONSTRAINT book_author_author_id_fkey FOREIGN KEY (author_id) REFERENCES library.author(author_id);


--
-- Name: book_author book_author_book_id_fkey; Type: FK CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.book_author
    ADD CONSTRAINT book_author_book_id_fkey FOREIGN KEY (book_id) REFERENCES library.book(book_id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: copy copy_book_id_fkey; Type: FK CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.copy
    ADD CONSTRAINT copy_book_id_fkey FOREIGN KEY (book_id) REFERENCES library.book(book_id) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: copy copy_branch_code_fkey; Type: FK CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.copy
    ADD CONSTRAINT copy_branch_code_fkey FOREIGN KEY (branch_code) REFERENCES library.branch(branch_code) ON DELETE SET NULL NOT VALID;


--
-- Name: loan loan_copy_id_fkey; Type: FK CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE library.loan
    ADD CONSTRAINT loan_copy_id_fkey FOREIGN KEY (copy_id) REFERENCES library.copy(copy_id);


--
-- Name: member member_referred_by_fkey; Type: FK CONSTRAINT; Schema: library; Owner: librarian
--

ALTER TABLE ONLY library.member
    ADD CONSTRAINT member_referred_by_fkey FOREIGN KEY (referred_by) REFERENCES library.member(member_id);


--
-- Name: member; Type: ROW SECURITY; Schema: library; Owner: librarian
--

ALTER TABLE library.member ENABLE ROW LEVEL SECURITY;

--
-- Name: member member_self; Type: POLICY; Schema: library; Owner: librarian
--

CREATE POLICY member_self ON library.member USING (((email)::text = CURRENT_USER));


--
-- Name: SCHEMA library; Type: ACL; Schema: -; Owner: librarian
--

GRANT USAGE ON SCHEMA library TO reader;
GRANT SELECT ON TABLE library.book TO reader;
GRANT SELECT(title),UPDATE(title) ON TABLE library.book TO editor;


--
-- PostgreSQL database dump complete
--

\unrestrict kQ3vTzPz0aJr9oW2yYxq1d5mNfLbU7cHgE4sRiA8tVwXeMnBoKjDpZlCuG6hIS


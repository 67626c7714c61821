// An admin in the shape that Amplication generates: a screen for each of a few entities, and its own data provider.
import * as React from "react";
import { render } from "react-dom";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client/core";
import buildProvider from "ra-data-graphql-amplication";
import {
  Admin, BooleanField, BooleanInput, Create, Datagrid, DateField, DateTimeInput, Edit, List, NumberInput, ReferenceField,
  ReferenceInput, ReferenceManyField, Resource, SelectInput, Show, SimpleForm, SimpleShowLayout, TextField, TextInput,
} from "react-admin";

let token;
const address = `${new URLSearchParams(window.location.search).get("api")}/graphql`;
const withToken = new ApolloLink((operation, forward) => {
  if (token) operation.setContext({ headers: { authorization: `Bearer ${token}` } });
  return forward(operation);
});
const client = new ApolloClient({
  link: withToken.concat(new HttpLink({ uri: address })),
  cache: new InMemoryCache(),
  defaultOptions: { watchQuery: { fetchPolicy: "no-cache" }, query: { fetchPolicy: "no-cache" } },
});
const LOGIN = gql`mutation ($credentials: Credentials!) { login(credentials: $credentials) { accessToken } }`;
const authProvider = {
  login: async (credentials) => {
    const { data } = await client.mutate({ mutation: LOGIN, variables: { credentials } });
    token = data.login.accessToken;
  },
  logout: async () => { token = undefined; },
  checkAuth: async () => { if (!token) throw new Error("no token"); },
  checkError: async () => {},
  getPermissions: async () => {},
};

const genders = ["Male", "Female", "Unknown"].map((value) => ({ label: value, value }));
const states = ["planned", "held", "called_off"].map((value) => ({ label: value, value }));
const choose = { optionText: "label", optionValue: "value", allowEmpty: true };

const StudentForm = (props) => (
  <SimpleForm {...props}>
    <TextInput source="firstName" />
    <NumberInput step={1} source="serialCode" />
    <SelectInput source="gender" choices={genders} {...choose} />
    <DateTimeInput source="birthDate" />
    <BooleanInput source="isBoarder" />
    <ReferenceInput source="classField.id" reference="SchoolClass"><SelectInput optionText="label" /></ReferenceInput>
    <ReferenceInput source="home.id" reference="Home"><SelectInput optionText="city" /></ReferenceInput>
  </SimpleForm>
);
const StudentList = (props) => (
  <List {...props} bulkActionButtons={false} perPage={50} filters={[<SelectInput key="g" source="gender" choices={genders} alwaysOn {...choose} />]}>
    <Datagrid rowClick="edit">
      <TextField source="firstName" />
      <TextField source="gender" />
      <DateField source="birthDate" locales="en-GB" />
      <BooleanField source="isBoarder" />
      <ReferenceField source="classField.id" reference="SchoolClass" label="class" sortBy="classField.id" link={false}>
        <TextField source="label" />
      </ReferenceField>
    </Datagrid>
  </List>
);
const StudentCreate = (props) => <Create {...props}><StudentForm /></Create>;
const StudentEdit = (props) => <Edit {...props} mutationMode="pessimistic"><StudentForm /></Edit>;

const ClassShow = (props) => (
  <Show {...props}>
    <SimpleShowLayout>
      <TextField source="label" />
      <ReferenceManyField reference="Student" target="classFieldId" label="Students">
        <Datagrid><TextField source="firstName" /></Datagrid>
      </ReferenceManyField>
    </SimpleShowLayout>
  </Show>
);
const Labelled = (source) => (props) => <Create {...props} redirect="list"><SimpleForm redirect="list"><TextInput source={source} /></SimpleForm></Create>;
const Names = (source) => (props) => <List {...props}><Datagrid rowClick="show"><TextField source={source} /></Datagrid></List>;

const AttendanceForm = (props) => (
  <SimpleForm {...props}>
    <DateTimeInput source="date" />
    <DateTimeInput source="arrivedAt" />
    <NumberInput step={1} source="minutes" />
    <SelectInput source="state" choices={states} {...choose} />
  </SimpleForm>
);
const AttendanceList = (props) => (
  <List {...props}>
    <Datagrid rowClick="edit">
      <TextField source="date" /><TextField source="arrivedAt" /><TextField source="minutes" /><TextField source="state" />
    </Datagrid>
  </List>
);

const dataProvider = await buildProvider({ client });
render(
  <Admin dataProvider={dataProvider} authProvider={authProvider} disableTelemetry>
    <Resource name="Student" list={StudentList} create={StudentCreate} edit={StudentEdit} />
    <Resource name="SchoolClass" list={Names("label")} create={Labelled("label")} show={ClassShow} />
    <Resource name="Home" list={Names("city")} create={Labelled("city")} />
    <Resource
      name="Attendance" list={AttendanceList} edit={(props) => <Edit {...props} mutationMode="pessimistic"><AttendanceForm /></Edit>}
      create={(props) => <Create {...props}><AttendanceForm /></Create>}
    />
  </Admin>,
  document.getElementById("root"),
);
